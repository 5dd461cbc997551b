"""
CPU time of the processes that a process has started: what is handed to them has been computed as well.

A process's own clock leaves its children out, and what the system adds up for them has only those that have ended
and were waited for; a pool's processes live on. Where the system does not list children, those that live are left
out.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
# From the kernel's sched.h: a process of this class only runs where no other wants to, as one that keeps a core
# awake does. It computes nothing.
_SCHED_IDLE = 5
# Fields of /proc/<pid>/stat after the name, counted from 0.
_USER, _SYSTEM, _CHILDREN_USER, _CHILDREN_SYSTEM, _POLICY = 11, 12, 13, 14, 38


@dataclass(frozen=True, slots=True)
class ProcessCpu:
    """CPU time of one process, in ns: its own, and that of its children that have ended and were waited for."""

    own: int
    ended: int
    idle: bool

    @property
    def all(self) -> int:
        """Both together."""
        return self.own + self.ended


def descendants(pid: int) -> Iterator[int]:
    """Yield the living children of *pid*, and their children, and so on; none where the system does not say."""
    for task in _listed(pid):
        try:
            children = (task / "children").read_text(encoding="ascii").split()
        except OSError:
            continue
        for child in map(int, children):
            yield child
            yield from descendants(child)


def _listed(pid: int) -> list[Path]:
    """Return the threads of *pid*: each has children of its own."""
    try:
        return list((_PROC / str(pid) / "task").iterdir())
    except OSError:
        return []


def spent(pid: int) -> ProcessCpu | None:
    """Return the CPU time of *pid* so far; None for a process that is gone, or of which nothing is known."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    tick = 10**9 // os.sysconf("SC_CLK_TCK")
    own, ended = (
        (int(fields[user]) + int(fields[system])) * tick
        for user, system in ((_USER, _SYSTEM), (_CHILDREN_USER, _CHILDREN_SYSTEM))
    )
    return ProcessCpu(own, ended, idle=int(fields[_POLICY]) == _SCHED_IDLE)


def of_children() -> int:
    """Return the CPU time of this process's children so far, in ns, dead and alive, at any depth."""
    times = os.times()
    ended = round((times.children_user + times.children_system) * 1e9)
    return ended + sum(
        times_of.all for pid in descendants(os.getpid()) if (times_of := spent(pid)) and not times_of.idle
    )
