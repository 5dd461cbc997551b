"""What an SLO search found: for each cell the highest rate that kept it, with its interval over rounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from math import sqrt
from typing import Any

from harness.record import Cell
from harness.slo import Slo
from harness.stats.bootstrap import over_rounds
from harness.stats.estimate import Estimate


@dataclass(frozen=True, slots=True)
class Reached:
    """
    One cell's answer; `rate` is None where some round found no end of it, and `beyond` then says on which side.

    `beyond` is "≥" where the highest rate that was tried was kept in some round, "<" where the lowest was missed.
    `rates` has the rate of each round, by its number, where every round found one.
    """

    cell: Cell
    rate: Estimate | None
    beyond: str
    rounds: int
    slots: int
    calls: int
    rates: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Searched:
    """A search: the limits, the share (0 to 1) of calls that had to keep them, how calls came, what was found."""

    slo: Slo
    share: float
    arrivals: str
    duration: float
    least: float
    most: float
    found: tuple[Reached, ...]


def searched(about: Mapping[str, Any]) -> Searched | None:
    """Read what run.json has of a search; None where there is none, or none that can be understood."""
    try:
        told = about["search"]
        found = tuple(_reached(each) for each in told["cells"])
        slo = Slo({str(name): float(limit) for name, limit in told["slo"].items()})
        share, *bounds = (float(told[name]) for name in ("share", "duration", "least", "most"))
        duration, least, most = bounds
        return Searched(slo, share, str(told["arrivals"]), duration, least, most, found)
    except (KeyError, TypeError, ValueError, LookupError, AttributeError):
        return None


def _reached(fact: Mapping[str, Any]) -> Reached:
    known = {each.name for each in fields(Cell)}
    cell = Cell(**{key: value for key, value in fact["cell"].items() if key in known})
    whole = [each for each in fact["rounds"] if each["whole"]]
    tried = [slot for each in fact["rounds"] for slot in each["tried"]]
    calls = sum(int(slot["calls"]) for slot in tried)
    beyond = _beyond(whole)
    rates = {
        turn: sqrt(each["kept"] * each["missed"])
        for turn, each in enumerate(fact["rounds"])
        if each["whole"] and not beyond
    }
    estimate = over_rounds(list(rates.values()), calls, "1/s")
    return Reached(cell, estimate, beyond, len(whole), len(tried), calls, rates)


def _beyond(rounds: Sequence[Mapping[str, Any]]) -> str:
    if any(each["kept"] is None for each in rounds):
        return "<"
    return "≥" if any(each["missed"] is None for each in rounds) else ""
