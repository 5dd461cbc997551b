"""The words of a budget report, in order: the answer first, the worst limits first, passes only counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from overlap.harness.gate.budgets.judge import ORDER, Held, overall
from overlap.harness.gate.record import SeriesVerdict
from overlap.harness.gate.sanitize import clean
from overlap.harness.text.numerals import DASH, count, interval, plainly
from overlap.harness.text.units import in_unit, scale

WORDS: dict[SeriesVerdict, str] = {
    "regressed": "broken",
    "invalid": "invalid",
    "inconclusive": "undecided",
    "pass": "kept",
}
MEANING = (
    "Intervals are 95 %, over rounds: a value exactly on its limit is called broken once in 40 times. "
    "Counters are judged by every round."
)


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit in one cell, or in several of which the same is to be said, in words."""

    verdict: SeriesVerdict
    limit: str
    cell: str
    measured: str
    why: str

    @property
    def word(self) -> str:
        """Return the word for the verdict on a limit."""
        return WORDS[self.verdict]


def lead(held: Sequence[Held]) -> str:
    """Return in a sentence: how many of the limits are kept, and what is with the others."""
    counts = [(WORDS[verdict], sum(each.verdict == verdict for each in held)) for verdict in ORDER]
    tally = ", ".join(f"{many:,} {word}" for word, many in counts if many)
    return f"Budgets {WORDS[overall(held)]}: {tally or 'nothing judged'}, in {count(len(runs_of(held)), 'run')}."


def rows(held: Sequence[Held]) -> list[LimitRow]:
    """Return the worst first; what is kept is one row a limit, as is what lacks anything measured alike."""
    together: dict[tuple[object, ...], list[Held]] = {}
    for place, each in enumerate(held):
        alone = each.verdict != "pass" and (each.counted or each.value is not None)
        key = (each.run, each.limit.text, each.verdict, each.why, place if alone else None)
        together.setdefault(key, []).append(each)
    ordered = sorted(together.values(), key=lambda places: ORDER.index(places[0].verdict))
    runs = runs_of(held)
    return [row(places[0], runs) if len(places) == 1 else _several(places, runs) for places in ordered]


def runs_of(held: Sequence[Held]) -> list[str]:
    """Name the runs that were held against limits."""
    return list(dict.fromkeys(each.run for each in held))


def row(held: Held, runs: Sequence[str] = ()) -> LimitRow:
    """Put one limit in one cell into words, with the name of its run where there are several *runs*."""
    # Not through `clean`, which takes what follows the stroke of a ratio for a path.
    limit = " ".join(held.limit.text.split())
    return LimitRow(held.verdict, limit, _of_run(held, runs, held.place.cell.id), measured(held), clean(held.why))


def _of_run(held: Held, runs: Sequence[str], words: str) -> str:
    return clean(f"{held.run}: {words}" if len(runs) > 1 else words)


def _several(places: Sequence[Held], runs: Sequence[str]) -> LimitRow:
    first = row(places[0])
    timed = [each for each in places if each.low is not None]
    counted = sorted({value for each in places for value in each.counted})
    summary = f"nearest {measured(min(timed, key=_room))}" if timed else _range(counted) if counted else DASH
    cells = _of_run(places[0], runs, count(len(places), "cell"))
    return LimitRow(first.verdict, first.limit, cells, summary, first.why)


def _room(held: Held) -> float:
    """Return how far the worse end of the interval is from the limit."""
    assert held.low is not None
    assert held.high is not None
    return min(abs(held.limit.bound - held.low), abs(held.limit.bound - held.high))


def measured(held: Held) -> str:
    """Return the value with its interval, or the counts of the rounds; a dash where nothing is known."""
    if held.counted:
        return _range(sorted(held.counted))
    if held.value is None:
        return DASH
    by = scale(held.limit.unit, [held.value])
    beside = interval(by.of(held.low), by.of(held.high), by.of(held.value))
    return in_unit(held.value, by) + (f" ({beside})" if beside else "")


def _range(counts: Sequence[float]) -> str:
    ends = plainly(counts[0]), plainly(counts[-1])
    return ends[0] if counts[0] == counts[-1] else " to ".join(ends)
