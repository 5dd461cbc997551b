"""The numbers behind a metric: per round, an array of the calls' values or one value of the slot."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Literal

import numpy as np

from overlap.harness.model.metrics import CALLS, SLOTS, Better, OfCalls, OfSlots
from overlap.harness.model.quantile import reaches
from overlap.harness.stats.bootstrap import FEWEST_ROUNDS, over_rounds
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.proportion import share
from overlap.harness.stats.quantiles import Floats, enough, of_round, with_failed
from overlap.harness.stats.rounds import MeasuredRound, replayed
from overlap.harness.stats.throughput import STEADY

OF_CALLS: dict[str, OfCalls] = {metric.name: metric for metric in CALLS}
OF_SLOTS: dict[str, OfSlots] = {metric.name: metric for metric in (*SLOTS, STEADY)}
OF_EVERY_CALL = frozenset({"e2e", "from_sent"})


def values(metric: OfCalls, rounds: Sequence[MeasuredRound]) -> list[Floats]:
    """Return every number that *metric* gives, one array a round, in the order of the calls."""
    arrays = []
    for each in rounds:
        numbers = array("d")
        for call in each.calls:
            numbers.extend(metric.of(call))
        arrays.append(np.frombuffer(numbers, dtype=np.float64) if numbers else np.empty(0))
    return arrays


def failures(metric: OfCalls, rounds: Sequence[MeasuredRound]) -> list[Floats]:
    """
    Return a lower bound of *metric* for each failed call without a number, one array a round.

    Every call has a latency. Failed calls get no bound for a metric that no call has: they might not have had it.
    """
    if metric.name not in OF_EVERY_CALL and not any(metric.of(call) for each in rounds for call in each.calls):
        return [np.empty(0) for _ in rounds]
    return [
        np.array([least for call in each.calls if (least := metric.least(call)) is not None], dtype=np.float64)
        for each in rounds
    ]


def numbers(name: str, rounds: Sequence[MeasuredRound]) -> list[float | None]:
    """
    Return one number a round for the metric called *name* ("throughput", "ttft.p95"); None if a round has none.

    A percentile for which the rounds together have too few values is None throughout; so is one that failed calls
    decide in some round: to compare the other rounds alone would be to choose by outcome. Raises LookupError for a
    name that no metric has.
    """
    if name in OF_SLOTS:
        return [OF_SLOTS[name].of(each.cell, each.slot, each.calls) for each in rounds]
    metric, q = of_name(name)
    return exactly(metric, rounds, [q])[0]


def exactly(metric: OfCalls, rounds: Sequence[MeasuredRound], qs: Sequence[float]) -> list[list[float | None]]:
    """Return one number a round for each of *qs*; None in every round if failed calls decide it in one."""
    every = by_round(values(metric, rounds), qs, failures(metric, rounds), replayed=replayed(rounds))
    return [[None] * len(per_round) if any(at_least) else per_round for per_round, at_least in every]


def by_round(
    columns: Sequence[Floats], qs: Sequence[float], failed: Sequence[Floats] = (), *, replayed: bool = False
) -> list[tuple[list[float | None], list[bool]]]:
    """
    Return one number a round for each of *qs*, from one array of values a round; None if there are too few.

    With each comes whether it is only a lower bound, as *failed* calls decide it. *replayed* says that all rounds
    had the same latencies: then there are as many draws as one round has values.
    """
    failed = failed or [np.empty(0)] * len(columns)
    lengths = [len(column) + len(lost) for column, lost in zip(columns, failed, strict=True)]
    total = max(lengths, default=0) if replayed else sum(lengths)
    results: list[tuple[list[float | None], list[bool]]] = [
        ([None] * len(columns), [False] * len(columns)) for _ in qs
    ]
    for r, (column, lost) in enumerate(zip(columns, failed, strict=True)):
        usable = [k for k, q in enumerate(qs) if enough(total, q) and reaches(lengths[r], q)]
        if not len(lost):
            quantiles = of_round(column, [qs[k] for k in usable]).tolist() if usable else ()
            pairs = [(value, False) for value in quantiles]
        else:
            pairs = [with_failed(column, lost, qs[k]) for k in usable]
        for k, (value, at_least) in zip(usable, pairs, strict=True):
            results[k][0][r], results[k][1][r] = value, at_least
    return results


@dataclass(frozen=True, slots=True)
class MetricColumn:
    """
    One metric of one cell: a number a round (None: unknown), and how many calls or gaps are behind each.

    `most` is the largest number there can be, where there is one; `counted` is as `OfSlots.counts`. `least` and
    `bound` have for each round the least and the largest that was physically possible in it, where that is known.
    `at_least` says of each number whether it is only a lower bound. `ranges` has for each round the smallest and
    the largest value of a call in it, where the number is a quantile of those.
    """

    numbers: Sequence[float | None]
    counts: Sequence[int]
    unit: str
    most: float | None = None
    counted: Literal["", "share", "number"] = ""
    least: Sequence[float | None] = ()
    bound: Sequence[float | None] = ()
    at_least: Sequence[bool] = ()
    ranges: Sequence[tuple[float, float] | None] = ()

    @property
    def present(self) -> list[float]:
        """The numbers of the rounds that have one."""
        return [number for number in self.numbers if number is not None]

    def estimate(self) -> Estimate | None:
        """Estimate the typical round, within what is physically possible; None if no round has a number."""
        pairs = [
            (number, count) for number, count in zip(self.numbers, self.counts, strict=True) if number is not None
        ]
        if self.counted and any(count for _, count in pairs):
            return self._of_calls([pair for pair in pairs if pair[1]])
        estimate = over_rounds(self.present, sum(count for _, count in pairs), self.unit)
        if estimate is not None and any(self.at_least):
            # The centre of lower bounds is itself a lower bound; how far above it the truth lies is unknown.
            return replace(estimate, low=None, high=None, at_least=True)
        return self._within(estimate) if estimate else None

    def _within(self, estimate: Estimate) -> Estimate:
        """Return *estimate* with an interval that has nothing impossible in it."""
        if estimate.low is None or estimate.high is None:
            return estimate
        # What was possible differs from round to round as the latencies do, and is known no better.
        floor, ceiling = _typical(self.least)[0], _typical(self.bound)[1]
        smallest, largest = self._measured()
        lows = [estimate.low, 0.0 if min(self.present) >= 0 else None, floor, smallest]
        highs = [estimate.high, self.most, ceiling, largest]
        low = max(each for each in lows if each is not None)
        high = min(each for each in highs if each is not None)
        return replace(estimate, low=min(low, estimate.value), high=max(high, estimate.value))

    def _measured(self) -> tuple[float | None, float | None]:
        """
        Return the smallest and the largest value of any call, where no quantile of the calls can lie beyond.

        A figure with two peaks has a median that leaps from one to the other between rounds, and an interval on
        logs that reaches far beyond both. Where rounds differ more than the calls within them, the next round may
        well lie beyond all of them: so each round's number must lie among the calls of every round.
        """
        both = [
            (number, ends)
            for number, ends in zip(self.numbers, self.ranges or [None] * len(self.numbers), strict=True)
            if number is not None
        ]
        ranges = [ends for _, ends in both if ends is not None]
        if len(ranges) < len(both) or not ranges:
            return None, None
        within = max(low for low, _ in ranges), min(high for _, high in ranges)
        if not all(within[0] <= number <= within[1] for number, _ in both):
            return None, None
        return min(low for low, _ in ranges), max(high for _, high in ranges)

    def _of_calls(self, pairs: Sequence[tuple[float, int]]) -> Estimate:
        """Estimate how many calls of a slot something holds for: over all calls, not over the rounds' numbers."""
        rounds, calls = len(pairs), [count for _, count in pairs]
        whole = 100 if self.counted == "share" else sum(calls) / rounds
        hits = [number * count / 100 if self.counted == "share" else number for number, count in pairs]
        value, low, high = share(hits, calls)
        estimate = Estimate(value, low, high, sum(calls), rounds, self.unit).scaled(whole, self.unit)
        return estimate if rounds >= FEWEST_ROUNDS else replace(estimate, low=None, high=None)


def _typical(numbers: Sequence[float | None]) -> tuple[float | None, float | None]:
    """Return the interval of the typical round's number; None for both unless every round has one."""
    present = [number for number in numbers if number is not None]
    typical = over_rounds(present, len(present), "") if len(present) == len(numbers) else None
    return (typical.low, typical.high) if typical else (None, None)


def table(rounds: Sequence[MeasuredRound], of_slots: Iterable[OfSlots]) -> dict[str, MetricColumn]:
    """Return every metric of calls with its usual percentiles, and every one of *of_slots*, by name."""
    columns_by_name: dict[str, MetricColumn] = {}
    same = replayed(rounds)
    for metric in CALLS:
        columns, failed = values(metric, rounds), failures(metric, rounds)
        counts = [len(column) + len(lost) for column, lost in zip(columns, failed, strict=True)]
        qs = [q / 100 for q in metric.quantiles]
        ends = [extremes(column, lost) for column, lost in zip(columns, failed, strict=True)]
        for q, (numbers, at_least) in zip(
            metric.quantiles, by_round(columns, qs, failed, replayed=same), strict=True
        ):
            columns_by_name[f"{metric.name}.p{q}"] = MetricColumn(
                numbers, counts, metric.unit, at_least=at_least, ranges=ends
            )
    counts = [len(each.calls) for each in rounds]
    for slots in of_slots:
        one = [slots.of(each.cell, each.slot, each.calls) for each in rounds]
        columns_by_name[slots.name] = MetricColumn(one, counts, slots.unit, slots.most, slots.counts)
    return columns_by_name | _bounded(columns_by_name)


def extremes(column: Floats, failed: Floats) -> tuple[float, float] | None:
    """Return the smallest and the largest value of a round's calls; failed ones may be above every other."""
    if not len(column):
        return None
    return float(column.min()), inf if len(failed) else float(column.max())


def _bounded(columns: Mapping[str, MetricColumn]) -> dict[str, MetricColumn]:
    """
    Return the columns of total time and throughput with what was possible in each round.

    Overlap efficiency is the shortest possible total time over the measured one.
    """
    bounded: dict[str, MetricColumn] = {}
    if "overlap" not in columns:
        return bounded
    reached = [None if part is None else part / 100 for part in columns["overlap"].numbers]
    if total := columns.get("makespan"):
        bounded["makespan"] = replace(total, least=_each(total.numbers, reached))
    if speed := columns.get("throughput"):
        bounded["throughput"] = replace(speed, bound=_each(speed.numbers, [part and 1 / part for part in reached]))
    return bounded


def _each(numbers: Sequence[float | None], factors: Sequence[float | None]) -> list[float | None]:
    """Return each number times its factor; None where one of them is unknown."""
    both = zip(numbers, factors, strict=True)
    return [None if one is None or not other else one * other for one, other in both]


def of_name(name: str) -> tuple[OfCalls, float]:
    """Split "ttft.p95" into its metric and 0.95; raises LookupError where that is no metric."""
    stem, _, statistic = name.rpartition(".")
    if (
        stem not in OF_CALLS
        or not statistic.startswith("p")
        or not statistic[1:].isdecimal()
        or len(statistic) > 9
    ):
        raise LookupError(f"no metric {name!r}; there are: {', '.join(names())}")
    return OF_CALLS[stem], int(statistic[1:]) / 100


def names() -> list[str]:
    """Return every metric with its usual statistics, by the names that summaries and comparisons use."""
    of_calls = [f"{metric.name}.p{q}" for metric in CALLS for q in metric.quantiles]
    return of_calls + list(OF_SLOTS)


def better(name: str) -> Better:
    """Return which way is better for the metric called *name*; raises LookupError for an unknown name."""
    return OF_SLOTS[name].better if name in OF_SLOTS else of_name(name)[0].better


def unit_of(name: str) -> str:
    """Return the unit of the metric called *name*; "" if it has none. Raises LookupError for an unknown name."""
    return OF_SLOTS[name].unit if name in OF_SLOTS else of_name(name)[0].unit
