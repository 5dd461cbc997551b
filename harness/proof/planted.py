"""Runs whose truth is known, made in memory: what the checks of sentences and exports put into a report."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from overlap.harness.model.record import Call, Cell, Lag, Served, Slot
from overlap.harness.report.build import sections
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_about import RunAbout
from overlap.harness.store.run_files import Run, cell_from

MS = 1_000_000
ROUNDS, CALLS = 5, 12
# What a round is off by, in another order for each cell, so that all have the same centre.
MOODS = (-0.010, 0.007, 0.0, 0.010, -0.007)


@dataclass(frozen=True, slots=True)
class Planted:
    """
    A run of cells whose calls take so many ms each: *takes*, by the cell.

    The calls of which *fails* is true fail after 1 ms. Cells in *absent* have no slot. *journal* says whether the
    server kept one; the calls of cells in *together* were handed over in one go.
    """

    takes: Mapping[Cell, float]
    rounds: int = ROUNDS
    fails: Callable[[Call], bool] = lambda _: False
    absent: frozenset[Cell] = frozenset()
    together: frozenset[Cell] = frozenset()
    journal: bool = True
    about: RunAbout = field(default_factory=lambda: RunAbout(format=2))

    @property
    def run(self) -> Run:
        """The run as it would be read from its folder."""
        slots, calls = [], []
        for turn in range(self.rounds):
            for place, cell in enumerate(self.takes):
                if cell not in self.absent:
                    recorded = [self._call(cell, turn, place, index) for index in range(CALLS)]
                    spent = sum(call.done - call.sent for call in recorded) // 10
                    requests = CALLS if self.journal else None
                    slots.append(
                        Slot(
                            cell.id,
                            turn,
                            0,
                            CALLS,
                            0,
                            recorded[-1].done,
                            spent,
                            Lag(MS, MS, MS, 9),
                            requests=requests,
                        )
                    )
                    calls += recorded
        return Run(Path("planted"), self.about, tuple(self.takes), tuple(slots), tuple(calls))

    @property
    def summary(self) -> Summary:
        """The run in numbers."""
        return summarise(self.run)

    @property
    def leads(self) -> dict[str, str]:
        """What every section of the report says first, its parts included, by the section's title."""
        return {part.title: part.lead for section in sections(self.summary) for part in section.walk()}

    @property
    def said(self) -> str:
        """All of these in one text."""
        return " ".join(self.leads.values())

    def _call(self, cell: Cell, turn: int, place: int, index: int) -> Call:
        long = round(self.takes[cell] * (1 + MOODS[(turn * (1 + place % 4) + place) % len(MOODS)]) * MS)
        plan = [long // 2, long - MS]
        served = (Served(0, plan, plan, long - MS, tokens=2),) if self.journal else ()
        call = Call(cell.id, turn, index, 0, long, served=served, together=cell in self.together)
        return replace(call, done=MS, error="RateLimitError") if self.fails(call) else call


def cells(*names: str, field: str = "strategy", concurrency: int = CALLS) -> list[Cell]:
    """Return cells that differ in one *field* alone, which has these values."""
    cell = Cell("planted", "chain", "gather", "asyncio", concurrency)
    return [cell_from({**asdict(cell), field: name}) for name in names]
