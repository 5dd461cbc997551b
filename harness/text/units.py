"""Values with their units: which unit a value is written in, and how the unit stands behind it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isfinite

from overlap.harness.text.numerals import number

# From here on seconds read better than milliseconds.
SECONDS_FROM = 10e9


@dataclass(frozen=True, slots=True)
class Scale:
    """How a stored value becomes the number on paper: divided by `by`, followed by `unit`."""

    by: float
    unit: str

    def of(self, value: float | None) -> float | None:
        """Return *value* in this scale's unit."""
        return None if value is None else value / self.by

    @property
    def suffix(self) -> str:
        """
        The unit as it stands behind a number.

        >>> Scale(1e6, "ms").suffix, Scale(1, "1/s").suffix, Scale(1, "").suffix
        (' ms', '/s', '')
        """
        return {"": "", "1/s": "/s"}.get(self.unit, f" {self.unit}")


NS, US, MS, S = Scale(1, "ns"), Scale(1e3, "µs"), Scale(1e6, "ms"), Scale(1e9, "s")
_BYTES = (Scale(1, "B"), Scale(2**10, "KiB"), Scale(2**20, "MiB"), Scale(2**30, "GiB"))
_LADDERS = {"ns": (NS, US, MS, S), "B": _BYTES}


def _largest(values: Iterable[float | None]) -> float:
    return max((abs(value) for value in values if value is not None and isfinite(value)), default=0.0)


def scale(unit: str, values: Iterable[float | None]) -> Scale:
    """Choose one unit for all *values* of a report: of times milliseconds, so that any two can be compared."""
    if unit != "ns":
        return Scale(1, unit)
    return S if _largest(values) >= SECONDS_FROM else MS


def fitting(unit: str, values: Iterable[float | None]) -> Scale:
    """Choose the unit in which the largest of two *values* is at least 1: a gate has rows of 96 ns and of 3 s."""
    steps = _LADDERS.get(unit, (Scale(1, unit),))
    largest = _largest(values)
    return next((step for step in reversed(steps) if largest >= step.by), steps[0])


def in_unit(value: float | None, by: Scale) -> str:
    """
    Write one value with its unit.

    >>> in_unit(107e6, scale("ns", [107e6])), in_unit(81_300, fitting("ns", [81_300]))
    ('107 ms', '81.3 µs')
    """
    return f"{number(by.of(value))}{by.suffix}"


def from_to(
    before: float | None, after: float | None, by: Scale, write: Callable[[float | None], str] = number
) -> str:
    """
    Write two values in one unit.

    >>> from_to(3.18e6, 3.37e6, Scale(1e6, "ms")), from_to(120.5, 80.25, Scale(1, "1/s"))
    ('3.18 → 3.37 ms', '120 → 80.2/s')
    """
    return f"{write(by.of(before))} → {write(by.of(after))}{by.suffix}"
