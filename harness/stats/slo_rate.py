"""What an SLO search showed: for each cell the highest rate that was held, and the lowest that was not."""

from dataclasses import dataclass
from statistics import NormalDist

from overlap.harness.model.record import Cell
from overlap.harness.model.slo import Slo
from overlap.harness.model.slo_verdict import SlotFigures, Verdict, verdict
from overlap.harness.store.run_about import RunAbout
from overlap.harness.store.search_entry import SearchedCell


@dataclass(frozen=True, slots=True)
class TriedRate:
    """One rate of a search, and the long slots in which it was tried."""

    rate: float
    slots: tuple[SlotFigures, ...]

    @property
    def calls(self) -> int:
        """How many calls were due in all slots together."""
        return sum(slot.calls for slot in self.slots)

    @property
    def seconds(self) -> float:
        """How long calls came in a slot on average."""
        return sum(slot.seconds for slot in self.slots) / len(self.slots)


@dataclass(frozen=True, slots=True)
class RateBounds:
    """
    One cell's answer: the highest rate that was held and the lowest that was not, as far as they were found.

    `floor_missed`: not even the lowest rate was kept. `short`: no call missed, and there were still too few of
    them to show the share. `whole`: the search came to its end. `calls` and `slots` are those at rates
    that were tried to the end.
    """

    cell: Cell
    held: TriedRate | None
    missed: TriedRate | None
    floor_missed: bool
    short: bool
    whole: bool
    slots: int
    calls: int


@dataclass(frozen=True, slots=True)
class SloSearch:
    """A search: the limits, the share (0 to 1) of calls that had to keep them, how calls came, the answers."""

    slo: Slo
    share: float
    arrivals: str
    rounds: int
    least: float
    most: float
    answers: tuple[RateBounds, ...]

    def shown(self, tried: TriedRate, comparisons: int = 1) -> Verdict:
        """Return what the slots at a rate show, with 95 % confidence in *comparisons* such sentences together."""
        return verdict(tried.slots, self.share, NormalDist().inv_cdf(1 - 0.05 / comparisons))

    def above(self, one: RateBounds, other: RateBounds, comparisons: int) -> bool:
        """Say whether *one* was shown to hold a rate that *other* was shown to miss, in one of *comparisons*."""
        if one.held is None or other.missed is None or other.missed.rate > one.held.rate:
            return False
        # Both sides of each comparison are sentences that may be wrong.
        sentences = 2 * comparisons
        return self.shown(one.held, sentences).held and self.shown(other.missed, sentences).missed


def searched(about: RunAbout) -> SloSearch | None:
    """Read what run.json has of a search; None where there is none, or none that can be understood."""
    entry = about.search
    if entry is None or entry.outdated or entry.rounds is None:
        return None
    try:
        slo = Slo(entry.slo)
    except (ValueError, LookupError):
        return None
    if any(not slot.batches for cell in entry.cells for trial in cell.long for slot in trial.slots):
        return None
    answers = tuple(map(_answer, entry.cells))
    return SloSearch(slo, entry.share, entry.arrivals, entry.rounds, entry.least, entry.most, answers)


def _answer(entry: SearchedCell) -> RateBounds:
    tried = [(TriedRate(trial.rate, trial.slots), trial.held) for trial in entry.long]
    return RateBounds(
        cell=entry.cell,
        held=max((each for each, held in tried if held), key=lambda each: each.rate, default=None),
        missed=min((each for each, held in tried if not held), key=lambda each: each.rate, default=None),
        floor_missed=bool(entry.whole) and not entry.short and entry.held is None,
        short=bool(entry.short),
        whole=bool(entry.whole),
        slots=len(entry.brief) + sum(len(each.slots) for each, _ in tried),
        calls=sum(each.calls for each in entry.brief) + sum(each.calls for each, _ in tried),
    )
