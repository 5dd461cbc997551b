"""
Numbers as people read them: milliseconds, three digits, the interval, the count.

Files hold nanoseconds; nobody is shown one. What is not known is an en dash, never a 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite

from overlap.harness.report.section import Column, Datum
from overlap.harness.stats.estimate import Estimate
from overlap.harness.text.numerals import DASH, FINEST, UNKNOWN, decimals_of, number, plain, plainly

__all__ = [
    "AT_LEAST",
    "DASH",
    "UNKNOWN",
    "Scale",
    "column",
    "count",
    "datum",
    "interval",
    "listed",
    "number",
    "plainly",
    "scale",
    "times",
    "told",
]

AT_LEAST = "\N{GREATER-THAN OR EQUAL TO}"
# From here on seconds read better than milliseconds.
SECONDS_FROM = 10e9


@dataclass(frozen=True, slots=True)
class Scale:
    """How a stored value becomes the number on paper: divided by `by`, followed by `unit`."""

    by: float
    unit: str

    def of(self, value: float | None) -> float | None:
        """Answer *value* in this scale's unit."""
        return None if value is None else value / self.by


def scale(unit: str, values: Iterable[float | None]) -> Scale:
    """Choose one unit for all *values*, so that a column or an axis can be read down."""
    if unit != "ns":
        return Scale(1, unit)
    largest = max((abs(value) for value in values if value is not None), default=0)
    return Scale(1e9, "s") if largest >= SECONDS_FROM else Scale(1e6, "ms")


def interval(low: float | None, high: float | None, beside: float | None = None) -> str:
    """
    Write an interval with the decimals of the value it stands *beside*, or two more where it is that narrow.

    >>> interval(0.98, 1.02).replace(DASH, " - "), interval(-3.2, 5.1), interval(None, None)
    ('0.98 - 1.02', '-3.20 to 5.10', '')
    """
    if low is None or high is None or not isfinite(low) or not isfinite(high):
        return ""
    fewest = decimals_of(max(abs(low), abs(high)) if beside is None else beside)
    tried = (
        (plain(low, fewest + more), plain(high, fewest + more)) for more in range(3) if fewest + more <= FINEST
    )
    ends = next((pair for pair in tried if pair[0] != pair[1]), (plain(low, fewest), plain(high, fewest)))
    return " to ".join(ends) if low < 0 else DASH.join(ends)


def datum(estimate: Estimate | None, by: Scale) -> Datum:
    """One entry of a table; sorted by its value."""
    if estimate is None:
        return Datum(UNKNOWN)
    value = estimate.value / by.by
    shown = f"{AT_LEAST} {number(value)}" if estimate.at_least else number(value)
    return Datum(shown, interval(by.of(estimate.low), by.of(estimate.high), value), value)


def column(name: str, estimates: Sequence[Estimate | None], hint: str = "") -> tuple[Column, tuple[Datum, ...]]:
    """Answer a column's head and its entries, all in one unit."""
    known = [estimate for estimate in estimates if estimate is not None]
    by = scale(known[0].unit if known else "", (estimate.value for estimate in known))
    return Column(name, by.unit, hint, numeric=True), tuple(datum(estimate, by) for estimate in estimates)


def told(estimate: Estimate, by: Scale | None = None) -> str:
    """Write an estimate in a sentence: value, unit, 95 % interval."""
    by = by or scale(estimate.unit, [estimate.value])
    entry = datum(estimate, by)
    behind = f" ({entry.interval})" if entry.interval else ""
    unit = {"": "", "1/s": "/s"}.get(by.unit, f" {by.unit}")
    return f"{entry.text}{unit}{behind}"


def times(estimate: Estimate) -> str:
    """
    Write a ratio in a sentence, with its interval; an end that is not 1 never reads as 1.

    >>> times(Estimate(1.21, 1.15, 1.3, 5, 5, "")).replace(DASH, " - ")
    '1.21 times (1.15 - 1.30)'
    >>> times(Estimate(1.04, 1.003, 1.07, 5, 5, "")).replace(DASH, " - ")
    '1.04 times (1.003 - 1.070)'
    """
    entry, ends = datum(estimate, Scale(1, "")), (estimate.low, estimate.high)
    if None in ends or not entry.interval:
        return f"{entry.text} times"
    within = entry.interval
    for decimals in range(3, 6):
        if not any(end is not None and end != 1 and round(end, decimals - 1) == 1 for end in ends):
            break
        within = DASH.join(plain(end, decimals) for end in ends if end is not None)
    return f"{entry.text} times ({within})"


def count(number_of: int, noun: str) -> str:
    """
    Count in words that agree.

    >>> count(1, "call"), count(5000, "call"), count(0, "query")
    ('1 call', '5,000 calls', '0 queries')
    """
    if number_of != 1:
        noun = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number_of:,} {noun}"


def listed(names: Sequence[str], most: int = 4) -> str:
    """
    Join names as a sentence does, the rest counted.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed(list("abcdef"))
    ('a', 'a, b and c', 'a, b, c and 3 more')
    """
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
