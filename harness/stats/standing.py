"""Rankings and ratios of a run's cells, by round: what `ranking` is fed with."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from overlap.harness.model.record import Cell
from overlap.harness.stats.columns import numbers
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.ranking import Ranking, rank, together
from overlap.harness.stats.rounds import rounds_of, sound
from overlap.harness.store.run_files import Run

Name = TypeVar("Name", bound=Hashable)


def by_round(run: Run, cell: Cell, metrics: Sequence[str]) -> dict[int, float]:
    """Return the sum of *metrics* of *cell* by round; a round in which one of them is unknown is left out."""
    rounds = sound(rounds_of(run).get(cell.id, ()))
    columns = [numbers(metric, rounds) for metric in metrics]
    sums: dict[int, float] = {}
    for each, values in zip(rounds, zip(*columns, strict=True), strict=True):
        present = [value for value in values if value is not None]
        if len(present) == len(metrics):
            sums[each.slot.round] = sum(present)
    return sums


def ranked(run: Run, cells: Iterable[Cell], *metrics: str, largest: bool = False) -> Ranking[str] | None:
    """Rank *cells*, by their ids, by a metric or the sum of several; None where none can be ranked."""
    return rank({cell.id: by_round(run, cell, metrics) for cell in cells}, largest=largest)


def ratios(
    run: Run,
    wanted: Mapping[Name, tuple[Cell, Cell, str]],
    alike: Callable[[Name], Hashable] = lambda _: None,
) -> dict[Name, Estimate]:
    """
    Return a / b for each wanted (a, b, metric), paired by round, with intervals that hold for all at once.

    A ratio that no round has is left out. Raises LookupError for an unknown metric.
    """
    paired: dict[Name, list[float]] = {}
    for name, (a, b, metric) in wanted.items():
        ones, others = by_round(run, a, (metric,)), by_round(run, b, (metric,))
        both = [(ones[turn], others[turn]) for turn in ones if turn in others]
        paired[name] = [x / y for x, y in both] if all(x > 0 and y > 0 for x, y in both) else []
    return together(paired, alike)
