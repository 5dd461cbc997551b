"""
Numbers as people read them: milliseconds, three digits, the interval, the count.

Files hold nanoseconds, reports milliseconds or larger. An unknown value is an en dash, never a 0.
"""

from collections.abc import Sequence

from overlap.harness.report.section import Datum, TableColumn
from overlap.harness.stats.estimate import Estimate
from overlap.harness.text.numerals import DASH, UNKNOWN, count, interval, number, of_ratio, plainly
from overlap.harness.text.units import Scale, scale

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
    "spell_out",
    "times",
]

AT_LEAST = "\N{GREATER-THAN OR EQUAL TO}"


def datum(estimate: Estimate | None, by: Scale) -> Datum:
    """Return the entry of a table for *estimate*; it is sorted by its value."""
    if estimate is None:
        return Datum(UNKNOWN)
    value = estimate.value / by.by
    text = f"{AT_LEAST} {number(value)}" if estimate.at_least else number(value)
    return Datum(text, interval(by.of(estimate.low), by.of(estimate.high), value), value)


def column(
    name: str, estimates: Sequence[Estimate | None], hint: str = ""
) -> tuple[TableColumn, tuple[Datum, ...]]:
    """Return a column's head and its entries, all in one unit."""
    present = [estimate for estimate in estimates if estimate is not None]
    by = scale(present[0].unit if present else "", (estimate.value for estimate in present))
    return TableColumn(name, by.unit, hint, numeric=True), tuple(datum(estimate, by) for estimate in estimates)


def spell_out(estimate: Estimate, by: Scale | None = None) -> str:
    """Write an estimate in a sentence: value, unit, 95 % interval."""
    by = by or scale(estimate.unit, [estimate.value])
    entry = datum(estimate, by)
    behind = f" ({entry.interval})" if entry.interval else ""
    return f"{entry.text}{by.suffix}{behind}"


def times(estimate: Estimate) -> str:
    """
    Write a ratio in a sentence, with its interval; an end that is not 1 never reads as 1.

    >>> times(Estimate(1.21, 1.15, 1.3, 5, 5, "")).replace(DASH, " - ")
    '1.21 times (1.15 - 1.30)'
    >>> times(Estimate(1.04, 1.003, 1.07, 5, 5, "")).replace(DASH, " - ")
    '1.04 times (1.003 - 1.070)'
    """
    within = of_ratio(estimate.low, estimate.high, estimate.value)
    return f"{datum(estimate, Scale(1, '')).text} times{f' ({within})' if within else ''}"


def listed(names: Sequence[str], most: int = 4) -> str:
    """
    Join names as a sentence does, the rest counted.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed(list("abcdef"))
    ('a', 'a, b and c', 'a, b, c and 3 more')
    """
    if len(names) > most:
        names = [*names[: most - 1], f"{len(names) - most + 1} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""
