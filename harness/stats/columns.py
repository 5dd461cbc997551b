"""The numbers behind a metric: per round one array of a call's metric, or one number of a slot's."""

from array import array
from collections.abc import Sequence

import numpy as np

from harness.metrics import CALLS, SLOTS, OfCalls, OfSlots
from harness.stats.quantiles import Floats, enough, of_round, reaches
from harness.stats.rounds import Round
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
    return by_round(values(metric, rounds), [q])[0]


def by_round(columns: Sequence[Floats], qs: Sequence[float]) -> list[list[float | None]]:
    """For each of *qs* one number a round, from one array of values a round; None where there are too few."""
    total = sum(map(len, columns))
    found: list[list[float | None]] = [[None] * len(columns) for _ in qs]
    for r, column in enumerate(columns):
        kept = [k for k, q in enumerate(qs) if enough(total, q) and reaches(len(column), q)]
        for k, value in zip(kept, of_round(column, [qs[k] for k in kept]).tolist() if kept else (), strict=True):
            found[k][r] = value
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


def unit_of(name: str) -> str:
    """The unit of the metric called *name*; "" where it has none. Raises LookupError for an unknown name."""
    return OF_SLOTS[name].unit if name in OF_SLOTS else of_name(name)[0].unit
