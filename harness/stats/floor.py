"""What a run can and cannot resolve: the floor client's own error, read from the run's calibration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite

from overlap.harness.model.record import Cell
from overlap.harness.stats.bootstrap import over_rounds
from overlap.harness.stats.estimate import Estimate
from overlap.harness.store.run_about import FloorRounds, RunAbout

# Of each round of a calibration: name, and the unit of the estimate.
FIGURES = {
    "ttft_error.p50": "ns",
    "overhead.p50": "ns",
    "lateness.p50": "ns",
    "overlap": "%",
    "throughput": "1/s",
    "cpu_share": "%",
}
OVERHEAD = "overhead.p50"


@dataclass(frozen=True, slots=True)
class CalibratedFloor:
    """
    The floor client on one loop at one concurrency: its figures, each an estimate over rounds.

    `spread` is the largest less the smallest round of its overhead, in ns: two cells that differ by less cannot
    be told apart by this machine.
    """

    client: str
    loop: str
    concurrency: int
    calls: int
    figures: Mapping[str, Estimate]
    spread: float | None

    @property
    def overhead(self) -> float | None:
        """The time that the loop, the kernel and the harness alone add to a call, in ns."""
        estimate = self.figures.get(OVERHEAD)
        return None if estimate is None else estimate.value


def floors(about: RunAbout) -> tuple[CalibratedFloor, ...]:
    """Read the floors in run.json; () if it has none, or none that can be understood."""
    entries = about.calibration.floor if about.calibration else None
    return tuple(floor for each in entries or () if (floor := _floor(each)))


def _floor(entry: FloorRounds) -> CalibratedFloor | None:
    calls, rounds = entry.calls, entry.rounds
    columns = {name: _numbers(rounds, name) for name in FIGURES}
    figures = {
        name: estimate
        for name, unit in FIGURES.items()
        if (estimate := over_rounds(columns[name], calls * len(columns[name]), unit))
    }
    if (ideal := figures.get("overlap")) and ideal.high is not None:
        figures["overlap"] = replace(ideal, high=min(ideal.high, 100.0))
    overhead = columns[OVERHEAD]
    spread = max(overhead) - min(overhead) if len(overhead) > 1 else None
    if not figures:
        return None
    return CalibratedFloor(entry.client, entry.loop, entry.concurrency, calls * len(rounds), figures, spread)


def _numbers(rounds: Sequence[Mapping[str, float | None]], name: str) -> list[float]:
    values = [each.get(name) for each in rounds]
    return [value for value in values if value is not None and isfinite(value)]


def floor_of(cell: Cell, calibrated: Sequence[CalibratedFloor]) -> CalibratedFloor | None:
    """
    Choose the floor that *cell* has to get past: on its loop, at the largest concurrency not above its own.

    At that many calls the floor's error is the cell's at least, so that a doubt is never raised for nothing.
    """
    fitting = [each for each in calibrated if each.loop == cell.loop and each.concurrency <= cell.concurrency]
    return max(fitting, key=lambda each: each.concurrency, default=None)


def unresolved(
    cell: Cell,
    metrics: Mapping[str, Estimate],
    others: Mapping[Cell, Mapping[str, Estimate]],
    calibrated: Sequence[CalibratedFloor],
) -> tuple[str, ...]:
    """
    Say what of *cell* lies below the floor's own error; () where nothing does, or nothing is known.

    *others* are all cells of the run with their metrics; those that differ from *cell* in their loop alone are
    held against it.
    """
    floor, mine = floor_of(cell, calibrated), metrics.get(OVERHEAD)
    if floor is None or mine is None:
        return ()
    sentences = []
    # The floor client's own cells are as good as their floor: half of them would come out below it.
    if floor.overhead is not None and mine.value <= floor.overhead and cell.client != floor.client:
        sentences.append(
            f"Its overhead of {_ms(mine.value)} a call is no more than the {_ms(floor.overhead)} that a bare "
            f"socket has on this machine with {floor.concurrency} in flight: nothing of it can be put down to "
            "the client. Measure on a quieter machine, or rank clients by CPU per call instead."
        )
    for other, its in others.items():
        theirs, its_floor = its.get(OVERHEAD), floor_of(other, calibrated)
        if theirs is None or its_floor is None or not _twins(cell, other):
            continue
        spread = max(floor.spread or 0.0, its_floor.spread or 0.0)
        if (apart := abs(mine.value - theirs.value)) < spread:
            sentences.append(
                f"Its overhead on {' and on '.join(sorted((cell.loop, other.loop)))} is {_ms(apart)} apart, less "
                f"than the {_ms(spread)} between two rounds of a bare socket on this machine: which loop is "
                "faster here cannot be told. Ask for more rounds, or for more calls in flight."
            )
    return tuple(sentences)


def _twins(one: Cell, other: Cell) -> bool:
    """Return whether two cells differ in their loop and in nothing else."""
    same = ("scenario", "client", "strategy", "concurrency", "profile", "variant")
    return one.loop != other.loop and all(getattr(one, name) == getattr(other, name) for name in same)


def _ms(value: float) -> str:
    return f"{value / 1e6:.2f} ms"
