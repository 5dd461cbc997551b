"""What other programs, and other guests of the same machine, took of the processors meanwhile."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from overlap.harness.host import child_cpu
from overlap.harness.host.core_pinning import seats
from overlap.harness.host.environment import cores

_STAT = Path("/proc/stat")


@dataclass(frozen=True, slots=True)
class CpuSample:
    """Some *cores* at one moment: seconds of CPU time since boot over all of them, and ours among it."""

    at: float
    busy: float | None
    stolen: float | None
    ours: float
    cores: int


@dataclass(frozen=True, slots=True)
class TakenCpu:
    """What was taken between two moments: the share stolen by the hypervisor, and cores kept busy by others."""

    steal: float | None
    foreign: float | None


def used(processes: int = 1) -> list[int]:
    """
    Return the cores that a slot of so many worker *processes* uses, and its server.

    Where each has a core of its own, what others do on the rest of the machine takes nothing of it.
    """
    places = seats()
    if places.theirs is None:
        return cores()
    return sorted({core for core in (*places.ours[:processes], places.theirs) if core is not None})


def look(on: Iterable[int] | None = None) -> CpuSample:
    """
    Look at the cores *on* now, or at all that this process may use.

    Ours are this process and all that it has started. Unknown is what the kernel does not say.
    """
    chosen = sorted(cores() if on is None else on)
    busy, stolen = _ticks(chosen)
    mine = child_cpu.spent(os.getpid())
    others = [processes for pid in child_cpu.descendants(os.getpid()) if (processes := child_cpu.spent(pid))]
    ours = sum(each.all for each in ((mine, *others) if mine else others)) / 1e9
    return CpuSample(monotonic(), busy, stolen, ours, len(chosen))


def taken(before: CpuSample, after: CpuSample) -> TakenCpu:
    """Return what was taken of the same cores between two moments."""
    wall = after.at - before.at
    if wall <= 0 or before.busy is None or after.busy is None:
        return TakenCpu(None, None)
    stolen = (after.stolen or 0.0) - (before.stolen or 0.0)
    foreign = (after.busy - before.busy) - (after.ours - before.ours)
    return TakenCpu(max(0.0, stolen) / (wall * after.cores), max(0.0, foreign) / wall)


def _ticks(on: Iterable[int]) -> tuple[float | None, float | None]:
    """
    Return the seconds that cores were busy and stolen since boot: a container sees those of its host.

    psutil gives the rows without their names: where a core is offline, those behind it would be taken for others.
    """
    if not _STAT.exists():
        return None, None
    mine = {f"cpu{core}" for core in on}
    rows = [line.split() for line in _STAT.read_text(encoding="utf-8").splitlines() if line.startswith("cpu")]
    # user nice system idle iowait irq softirq steal; guests' time is in user already.
    ticks = [[int(word) for word in row[1:9]] for row in rows if row[0] in mine]
    if not ticks:
        return None, None
    hertz = os.sysconf("SC_CLK_TCK")
    busy = sum(row[0] + row[1] + row[2] + row[5] + row[6] for row in ticks) / hertz
    return busy, sum(row[7] for row in ticks) / hertz
