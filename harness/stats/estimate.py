"""Estimate: a number that leaves the program, with its 95 % interval, its unit and what stands behind it."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    One figure: `value` in `unit`, its 95 % interval, and the `count` of values and `rounds` it rests on.

    `low` and `high` are None where there are too few rounds to say how far the value may be off. `at_least`:
    failed calls decide it, so that all that is known is that it is not below `value`.
    """

    value: float
    low: float | None
    high: float | None
    count: int
    rounds: int
    unit: str
    at_least: bool = False

    def scaled(self, factor: float, unit: str) -> Self:
        """
        Give the same estimate in another unit; *factor* is positive.

        >>> Estimate(2e6, 1e6, None, 8, 1, "ns").scaled(1e-6, "ms")
        Estimate(value=2.0, low=1.0, high=None, count=8, rounds=1, unit='ms', at_least=False)
        """
        low = None if self.low is None else self.low * factor
        high = None if self.high is None else self.high * factor
        return replace(self, value=self.value * factor, low=low, high=high, unit=unit)
