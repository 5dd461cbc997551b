"""What an SLO search showed: for each cell the highest rate that was held, and the lowest that was not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from statistics import NormalDist
from typing import Any

from overlap.harness.model.record import Cell
from overlap.harness.model.slo import Slo
from overlap.harness.model.slo_verdict import SlotFigures, Verdict, verdict


@dataclass(frozen=True, slots=True)
class Tried:
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
class Answer:
    """
    One cell's answer: the highest rate that was held and the lowest that was not, as far as they were found.

    `floor_missed`: not even the lowest rate was kept. `short`: no call missed, and there were still too few of
    them to show the share. `whole`: the search came to its end. `calls` and `slots` are those at rates
    that were tried to the end.
    """

    cell: Cell
    held: Tried | None
    missed: Tried | None
    floor_missed: bool
    short: bool
    whole: bool
    slots: int
    calls: int


@dataclass(frozen=True, slots=True)
class Searched:
    """A search: the limits, the share (0 to 1) of calls that had to keep them, how calls came, the answers."""

    slo: Slo
    share: float
    arrivals: str
    rounds: int
    least: float
    most: float
    answers: tuple[Answer, ...]

    def shown(self, tried: Tried, comparisons: int = 1) -> Verdict:
        """Return what the slots at a rate show, with 95 % confidence in *comparisons* such sentences together."""
        return verdict(tried.slots, self.share, NormalDist().inv_cdf(1 - 0.05 / comparisons))

    def above(self, one: Answer, other: Answer, comparisons: int) -> bool:
        """Say whether *one* was shown to hold a rate that *other* was shown to miss, in one of *comparisons*."""
        if one.held is None or other.missed is None or other.missed.rate > one.held.rate:
            return False
        # Both sides of each comparison are sentences that may be wrong.
        sentences = 2 * comparisons
        return self.shown(one.held, sentences).held and self.shown(other.missed, sentences).missed


def searched(about: Mapping[str, Any]) -> Searched | None:
    """Read what run.json has of a search; None where there is none, or none that can be understood."""
    try:
        facts = about["search"]
        answers = tuple(_answer(each) for each in facts["cells"])
        slo = Slo({str(name): float(limit) for name, limit in facts["slo"].items()})
        share, least, most = (float(facts[name]) for name in ("share", "least", "most"))
        return Searched(slo, share, str(facts["arrivals"]), int(facts["rounds"]), least, most, answers)
    except (KeyError, TypeError, ValueError, LookupError, AttributeError):
        return None


def outdated(about: Mapping[str, Any]) -> bool:
    """Say whether the run holds a search of format 1, whose slots were too short to see a queue that grows."""
    search = about.get("search")
    cells = search.get("cells") if isinstance(search, Mapping) else None
    return isinstance(cells, list) and any(isinstance(each, Mapping) and "rounds" in each for each in cells)


def _answer(fact: Mapping[str, Any]) -> Answer:
    known = {each.name for each in fields(Cell)}
    cell = Cell(**{key: value for key, value in fact["cell"].items() if key in known})
    tried = [_tried(each) for each in fact["long"]]
    held = [each for each, said in zip(tried, fact["long"], strict=True) if said["held"]]
    missed = [each for each, said in zip(tried, fact["long"], strict=True) if not said["held"]]
    return Answer(
        cell=cell,
        held=max(held, key=lambda each: each.rate, default=None),
        missed=min(missed, key=lambda each: each.rate, default=None),
        floor_missed=bool(fact["whole"]) and not fact["short"] and fact["held"] is None,
        short=bool(fact["short"]),
        whole=bool(fact["whole"]),
        slots=len(fact["brief"]) + sum(len(each.slots) for each in tried),
        calls=sum(int(each["calls"]) for each in fact["brief"]) + sum(each.calls for each in tried),
    )


def _tried(fact: Mapping[str, Any]) -> Tried:
    return Tried(float(fact["rate"]), tuple(_slot(each) for each in fact["slots"]))


def _slot(fact: Mapping[str, Any]) -> SlotFigures:
    numbers = {name: fact[name] for name in ("rate", "calls", "kept", "counted", "growth", "seconds")}
    return SlotFigures(**numbers, batches=tuple(float(each) for each in _list(fact["batches"])))


def _list(value: object) -> Sequence[Any]:
    if not isinstance(value, list) or not value:
        raise TypeError(f"batches cannot be {value!r}")
    return value
