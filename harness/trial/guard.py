"""Whether the machine was left in peace: what others took of its processors while a round was measured."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import psutil

from harness.environment import cores
from harness.gate.record import Rule

_STAT = Path("/proc/stat")


@dataclass(frozen=True, slots=True)
class Seen:
    """The machine at one moment: seconds of CPU time since boot, over the cores we may use, and ours among it."""

    at: float
    busy: float | None
    stolen: float | None
    ours: float


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken between two moments: the share stolen by the hypervisor, and cores kept busy by others."""

    steal: float | None
    foreign: float | None


def seen(processes: Iterable[int]) -> Seen:
    """Look at the machine now; *processes* are ours besides this one. Unknown where the kernel does not say."""
    busy, stolen = _ticks()
    own = psutil.Process().cpu_times()
    ended = float(own.children_user + own.children_system)  # of children that have ended and were waited for
    return Seen(monotonic(), busy, stolen, own.user + own.system + ended + sum(map(_spent, processes)))


def taken(before: Seen, after: Seen) -> Taken:
    """Answer what was taken between two moments."""
    wall = after.at - before.at
    if wall <= 0 or before.busy is None or after.busy is None:
        return Taken(None, None)
    stolen = (after.stolen or 0.0) - (before.stolen or 0.0)
    foreign = (after.busy - before.busy) - (after.ours - before.ours)
    return Taken(max(0.0, stolen) / (wall * len(cores())), max(0.0, foreign) / wall)


def disturbance(found: Taken, rule: Rule) -> str | None:
    """Say why a round does not count; None where it does."""
    if found.steal is not None and found.steal > rule.steal:
        return f"the hypervisor took {found.steal:.0%} of the processors (limit {rule.steal:.0%})"
    if found.foreign is not None and found.foreign > rule.foreign:
        return f"other programs kept {found.foreign:.2f} cores busy (limit {rule.foreign:g})"
    return None


def _ticks() -> tuple[float | None, float | None]:
    """Seconds busy and stolen since boot, of the cores we may use: a container sees those of its host."""
    if not _STAT.exists():
        return None, None
    mine = {f"cpu{core}" for core in cores()}
    rows = [line.split() for line in _STAT.read_text(encoding="utf-8").splitlines() if line.startswith("cpu")]
    # user nice system idle iowait irq softirq steal; guests' time is in user already.
    found = [[int(word) for word in row[1:9]] for row in rows if row[0] in mine]
    if not found:
        return None, None
    hertz = 100.0  # USER_HZ, which is 100 on every Linux that Python runs on
    busy = sum(row[0] + row[1] + row[2] + row[5] + row[6] for row in found) / hertz
    return busy, sum(row[7] for row in found) / hertz


def _spent(pid: int) -> float:
    """CPU time of one process so far; 0 for one that is gone, whose time is then foreign."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)
