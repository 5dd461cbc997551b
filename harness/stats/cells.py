"""
What a summary is: a run's cells, each with its metrics as estimates and its doubts.

Apart from the arithmetic, since scenarios name these types: each round's worker imports one, and needs no numpy.
"""

from dataclasses import dataclass

from overlap.harness.model.record import Cell
from overlap.harness.stats.estimate import Estimate
from overlap.harness.store.run_files import Run


@dataclass(frozen=True, slots=True)
class CellSummary:
    """
    One cell: the rounds and calls it rests on (warm-up left out), how many of these failed, metrics, doubts.

    A metric that is missing from `metrics` has nothing, or too little, to be derived from. `together`: its calls
    were handed over in one go, so that nothing is known of a single one.
    """

    cell: Cell
    rounds: int
    calls: int
    errors: int
    metrics: dict[str, Estimate]
    doubts: tuple[str, ...]
    together: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """A run and its cells in the order the run names them."""

    run: Run
    cells: tuple[CellSummary, ...]

    def of(self, **fields: object) -> tuple[CellSummary, ...]:
        """Select the cells whose fields have these values: `summary.of(strategy="gather", concurrency=16)`."""
        return tuple(
            each
            for each in self.cells
            if all(getattr(each.cell, name) == wanted for name, wanted in fields.items())
        )
