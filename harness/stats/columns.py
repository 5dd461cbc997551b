"""The numbers behind a metric: per round one array of a call's metric, or one number of a slot's."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.metrics import CALLS, SLOTS, Better, OfCalls, OfSlots
from harness.stats.bootstrap import over_rounds
from harness.stats.estimate import Estimate
from harness.stats.quantiles import Floats, enough, of_round, reaches
from harness.stats.rounds import Round, replayed
from harness.stats.throughput import STEADY

OF_CALLS: dict[str, OfCalls] = {metric.name: metric for metric in CALLS}
OF_SLOTS: dict[str, OfSlots] = {metric.name: metric for metric in (*SLOTS, STEADY)}


def values(metric: OfCalls, rounds: Sequence[Round]) -> list[Floats]:
    """Every number that *metric* gives, one array a round, in the order of the calls."""
    found = []
    for each in rounds:
        numbers = array("d")
        for call in each.calls:
            numbers.extend(metric.of(call))
        found.append(np.frombuffer(numbers, dtype=np.float64) if numbers else np.empty(0))
    return found


def numbers(name: str, rounds: Sequence[Round]) -> list[float | None]:
    """
    One number a round for the metric called *name* ("throughput", "ttft.p95"); None where a round has none.

    A percentile for which the rounds together have too few values is None throughout. Raises LookupError for a
    name that no metric has.
    """
    if name in OF_SLOTS:
        return [OF_SLOTS[name].of(each.cell, each.slot, each.calls) for each in rounds]
    metric, q = of_name(name)
    return by_round(values(metric, rounds), [q], replayed=replayed(rounds))[0]


def by_round(
    columns: Sequence[Floats], qs: Sequence[float], *, replayed: bool = False
) -> list[list[float | None]]:
    """
    For each of *qs* one number a round, from one array of values a round; None where there are too few.

    *replayed* says that all rounds had the same latencies: then there are as many draws as one round has values.
    """
    lengths = [len(column) for column in columns]
    total = max(lengths, default=0) if replayed else sum(lengths)
    found: list[list[float | None]] = [[None] * len(columns) for _ in qs]
    for r, column in enumerate(columns):
        kept = [k for k, q in enumerate(qs) if enough(total, q) and reaches(len(column), q)]
        for k, value in zip(kept, of_round(column, [qs[k] for k in kept]).tolist() if kept else (), strict=True):
            found[k][r] = value
    return found


@dataclass(frozen=True, slots=True)
class Column:
    """
    One metric of one cell: a number a round (None: unknown), and how many calls or gaps are behind each.

    `most` is the largest number there can be, where there is one.
    """

    numbers: Sequence[float | None]
    counts: Sequence[int]
    unit: str
    most: float | None = None

    @property
    def known(self) -> list[float]:
        """The numbers of the rounds that have one."""
        return [number for number in self.numbers if number is not None]

    def estimate(self) -> Estimate | None:
        """Where the typical round lies; None where no round has a number."""
        count = sum(count for number, count in zip(self.numbers, self.counts, strict=True) if number is not None)
        found = over_rounds(self.known, count, self.unit)
        if found is None or found.high is None or self.most is None:
            return found
        return replace(found, high=max(found.value, min(found.high, self.most)))


def table(rounds: Sequence[Round], of_slots: Iterable[OfSlots]) -> dict[str, Column]:
    """Every metric of calls with its usual percentiles, and every one of *of_slots*, by name."""
    found: dict[str, Column] = {}
    for metric in CALLS:
        columns = values(metric, rounds)
        counts = [len(column) for column in columns]
        for q, numbers in zip(
            metric.quantiles,
            by_round(columns, [q / 100 for q in metric.quantiles], replayed=replayed(rounds)),
            strict=True,
        ):
            found[f"{metric.name}.p{q}"] = Column(numbers, counts, metric.unit)
    counts = [len(each.calls) for each in rounds]
    for slots in of_slots:
        one = [slots.of(each.cell, each.slot, each.calls) for each in rounds]
        found[slots.name] = Column(one, counts, slots.unit, slots.most)
    return found


def of_name(name: str) -> tuple[OfCalls, float]:
    """Split "ttft.p95" into its metric and 0.95; raises LookupError where that is no metric."""
    stem, _, statistic = name.rpartition(".")
    if stem not in OF_CALLS or not statistic.startswith("p") or not statistic[1:].isdigit():
        raise LookupError(f"no metric {name!r}; there are: {', '.join(names())}")
    return OF_CALLS[stem], int(statistic[1:]) / 100


def names() -> list[str]:
    """Every metric with its usual statistics, by the names that summaries and comparisons use."""
    of_calls = [f"{metric.name}.p{q}" for metric in CALLS for q in metric.quantiles]
    return of_calls + list(OF_SLOTS)


def better(name: str) -> Better:
    """Which way is better for the metric called *name*; raises LookupError for an unknown name."""
    return OF_SLOTS[name].better if name in OF_SLOTS else of_name(name)[0].better


def unit_of(name: str) -> str:
    """The unit of the metric called *name*; "" where it has none. Raises LookupError for an unknown name."""
    return OF_SLOTS[name].unit if name in OF_SLOTS else of_name(name)[0].unit
