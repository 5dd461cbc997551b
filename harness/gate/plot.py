"""
Intervals as text, on one axis that all lines of a table share.

         -10 %     0    +10 %
           :       |  +--o--+      an interval, the line of no change, marks where a change counts

What lies beyond the axis ends in an arrow: one series that is ten times slower must not flatten the rest.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite

from overlap.harness.gate.record import JudgedSeries

_STEPS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.0)
# The share of the series whose intervals the axis must hold; the rest, unless it is this much longer for it.
_HELD = 0.8
_WORTH = 3.0


@dataclass(frozen=True, slots=True)
class Axis:
    """*width* characters (odd, so that no change has a place of its own) from -*reach* to +*reach* (a share)."""

    reach: float
    width: int
    marks: tuple[float, ...] = ()

    @property
    def heading(self) -> str:
        """The ends and the middle, exactly as wide as a line."""
        left, right = f"-{self.reach:.0%}", f"+{self.reach:.0%}"
        inner = self.width - len(left) - len(right)
        if inner < 3:
            return "0".center(self.width)
        before = self.width // 2 - len(left)
        return left + " " * before + "0" + " " * (inner - before - 1) + right

    def at(self, ratio: float) -> int:
        """Return the place of a ratio; before 0 or behind the last where it lies beyond."""
        middle = self.width // 2
        return middle + round((ratio - 1) / self.reach * middle)


def axis(judged: Iterable[JudgedSeries], width: int, marks: Iterable[float] = ()) -> Axis:
    """Choose an axis that holds most intervals whole, and every one of *marks* (ratios)."""
    marks = tuple(marks)
    reaches = sorted(
        max(abs(end - 1) for end in ends)
        for each in judged
        if (ends := [end for end in (each.low, each.high) if end is not None and isfinite(end)])
    )
    most = reaches[int((len(reaches) - 1) * _HELD)] if reaches else 0.0
    wanted = max([most, *(abs(mark - 1) * 1.2 for mark in marks)])
    if reaches and reaches[-1] <= wanted * _WORTH:
        wanted = max(wanted, reaches[-1])
    reach = next((step for step in _STEPS if step >= wanted), _STEPS[-1])
    return Axis(reach, width if width % 2 else width - 1, marks)


def line(judged: JudgedSeries, on: Axis) -> str:
    """Draw one interval, as wide as the axis; without one, only the axis."""
    places = [" "] * on.width
    for mark in on.marks:
        if 0 <= on.at(mark) < on.width:
            places[on.at(mark)] = "┊"
    places[on.width // 2] = "│"
    ends = (judged.low, judged.ratio, judged.high)
    if any(end is None or not isfinite(end) for end in ends):
        return "".join(places)
    low, middle, high = (on.at(end) for end in ends if end is not None)
    last = on.width - 1
    for place in range(max(low, 0), min(high, last) + 1):
        places[place] = "─"
    for place, sign in ((low, "├"), (high, "┤"), (middle, "●")):
        if 0 <= place <= last:
            places[place] = sign
    if high > last:
        places[-1] = "▸"
    if low < 0:
        places[0] = "◂"
    return "".join(places)
