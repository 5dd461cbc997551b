"""The numbers behind a metric: per round one array of a call's metric, or one number of a slot's."""

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
    """Every number that *metric* gives, one array a round, in the order of the calls."""
    found = []
    for each in rounds:
        numbers = array("d")
        for call in each.calls:
            numbers.extend(metric.of(call))
        found.append(np.frombuffer(numbers, dtype=np.float64) if numbers else np.empty(0))
    return found


def failures(metric: OfCalls, rounds: Sequence[MeasuredRound]) -> list[Floats]:
    """
    Below what *metric* of each failed call cannot be, one array a round, of calls that have no number.

    Every call has a latency; of another metric that no call has, nobody knows that failed ones would have had it.
    """
    if metric.name not in OF_EVERY_CALL and not any(metric.of(call) for each in rounds for call in each.calls):
        return [np.empty(0) for _ in rounds]
    return [
        np.array([least for call in each.calls if (least := metric.least(call)) is not None], dtype=np.float64)
        for each in rounds
    ]


def numbers(name: str, rounds: Sequence[MeasuredRound]) -> list[float | None]:
    """
    One number a round for the metric called *name* ("throughput", "ttft.p95"); None where a round has none.

    A percentile for which the rounds together have too few values is None throughout; so is one that failed calls
    decide in some round: to compare the other rounds alone would be to choose by outcome. Raises LookupError for a
    name that no metric has.
    """
    if name in OF_SLOTS:
        return [OF_SLOTS[name].of(each.cell, each.slot, each.calls) for each in rounds]
    metric, q = of_name(name)
    return exactly(metric, rounds, [q])[0]


def exactly(metric: OfCalls, rounds: Sequence[MeasuredRound], qs: Sequence[float]) -> list[list[float | None]]:
    """For each of *qs* one number a round; None throughout where failed calls decide it in some round."""
    every = by_round(values(metric, rounds), qs, failures(metric, rounds), replayed=replayed(rounds))
    return [[None] * len(found) if any(at_least) else found for found, at_least in every]


def by_round(
    columns: Sequence[Floats], qs: Sequence[float], failed: Sequence[Floats] = (), *, replayed: bool = False
) -> list[tuple[list[float | None], list[bool]]]:
    """
    For each of *qs* one number a round, from one array of values a round; None where there are too few.

    With each comes whether it is only a lower bound, as *failed* calls decide it. *replayed* says that all rounds
    had the same latencies: then there are as many draws as one round has values.
    """
    failed = failed or [np.empty(0)] * len(columns)
    lengths = [len(column) + len(lost) for column, lost in zip(columns, failed, strict=True)]
    total = max(lengths, default=0) if replayed else sum(lengths)
    found: list[tuple[list[float | None], list[bool]]] = [
        ([None] * len(columns), [False] * len(columns)) for _ in qs
    ]
    for r, (column, lost) in enumerate(zip(columns, failed, strict=True)):
        kept = [k for k, q in enumerate(qs) if enough(total, q) and reaches(lengths[r], q)]
        if not len(lost):
            known = of_round(column, [qs[k] for k in kept]).tolist() if kept else ()
            pairs = [(value, False) for value in known]
        else:
            pairs = [with_failed(column, lost, qs[k]) for k in kept]
        for k, (value, at_least) in zip(kept, pairs, strict=True):
            found[k][0][r], found[k][1][r] = value, at_least
    return found


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
    def known(self) -> list[float]:
        """The numbers of the rounds that have one."""
        return [number for number in self.numbers if number is not None]

    def estimate(self) -> Estimate | None:
        """Where the typical round lies, within what is possible; None where no round has a number."""
        known = [
            (number, count) for number, count in zip(self.numbers, self.counts, strict=True) if number is not None
        ]
        if self.counted and any(count for _, count in known):
            return self._of_calls([pair for pair in known if pair[1]])
        found = over_rounds(self.known, sum(count for _, count in known), self.unit)
        if found is not None and any(self.at_least):
            # The centre of lower bounds is one itself; how far above it the truth lies, nobody knows.
            return replace(found, low=None, high=None, at_least=True)
        return self._within(found) if found else None

    def _within(self, found: Estimate) -> Estimate:
        """Return *found* with an interval that has nothing impossible in it."""
        if found.low is None or found.high is None:
            return found
        # What was possible differs from round to round as the latencies do, and is known no better.
        floor, ceiling = _typical(self.least)[0], _typical(self.bound)[1]
        smallest, largest = self._measured()
        lows = [found.low, 0.0 if min(self.known) >= 0 else None, floor, smallest]
        highs = [found.high, self.most, ceiling, largest]
        low = max(each for each in lows if each is not None)
        high = min(each for each in highs if each is not None)
        return replace(found, low=min(low, found.value), high=max(high, found.value))

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

    def _of_calls(self, known: Sequence[tuple[float, int]]) -> Estimate:
        """Estimate how many calls of a slot something holds for: over all calls, not over the rounds' numbers."""
        rounds, calls = len(known), [count for _, count in known]
        whole = 100 if self.counted == "share" else sum(calls) / rounds
        hits = [number * count / 100 if self.counted == "share" else number for number, count in known]
        value, low, high = share(hits, calls)
        found = Estimate(value, low, high, sum(calls), rounds, self.unit).scaled(whole, self.unit)
        return found if rounds >= FEWEST_ROUNDS else replace(found, low=None, high=None)


def _typical(numbers: Sequence[float | None]) -> tuple[float | None, float | None]:
    """Return the interval of the typical round's number; None for both unless every round has one."""
    known = [number for number in numbers if number is not None]
    found = over_rounds(known, len(known), "") if len(known) == len(numbers) else None
    return (found.low, found.high) if found else (None, None)


def table(rounds: Sequence[MeasuredRound], of_slots: Iterable[OfSlots]) -> dict[str, MetricColumn]:
    """Every metric of calls with its usual percentiles, and every one of *of_slots*, by name."""
    found: dict[str, MetricColumn] = {}
    same = replayed(rounds)
    for metric in CALLS:
        columns, failed = values(metric, rounds), failures(metric, rounds)
        counts = [len(column) + len(lost) for column, lost in zip(columns, failed, strict=True)]
        qs = [q / 100 for q in metric.quantiles]
        ends = [extremes(column, lost) for column, lost in zip(columns, failed, strict=True)]
        for q, (numbers, at_least) in zip(
            metric.quantiles, by_round(columns, qs, failed, replayed=same), strict=True
        ):
            found[f"{metric.name}.p{q}"] = MetricColumn(
                numbers, counts, metric.unit, at_least=at_least, ranges=ends
            )
    counts = [len(each.calls) for each in rounds]
    for slots in of_slots:
        one = [slots.of(each.cell, each.slot, each.calls) for each in rounds]
        found[slots.name] = MetricColumn(one, counts, slots.unit, slots.most, slots.counts)
    return found | _bounded(found)


def extremes(column: Floats, failed: Floats) -> tuple[float, float] | None:
    """Return the smallest and the largest value of a round's calls; failed ones may be above every other."""
    if not len(column):
        return None
    return float(column.min()), inf if len(failed) else float(column.max())


def _bounded(found: Mapping[str, MetricColumn]) -> dict[str, MetricColumn]:
    """
    Return the columns of total time and throughput with what was possible in each round.

    Overlap efficiency is the shortest possible total time over the measured one.
    """
    made: dict[str, MetricColumn] = {}
    if "overlap" not in found:
        return made
    reached = [None if part is None else part / 100 for part in found["overlap"].numbers]
    if total := found.get("makespan"):
        made["makespan"] = replace(total, least=_each(total.numbers, reached))
    if speed := found.get("throughput"):
        made["throughput"] = replace(speed, bound=_each(speed.numbers, [part and 1 / part for part in reached]))
    return made


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
    """Every metric with its usual statistics, by the names that summaries and comparisons use."""
    of_calls = [f"{metric.name}.p{q}" for metric in CALLS for q in metric.quantiles]
    return of_calls + list(OF_SLOTS)


def better(name: str) -> Better:
    """Which way is better for the metric called *name*; raises LookupError for an unknown name."""
    return OF_SLOTS[name].better if name in OF_SLOTS else of_name(name)[0].better


def unit_of(name: str) -> str:
    """The unit of the metric called *name*; "" where it has none. Raises LookupError for an unknown name."""
    return OF_SLOTS[name].unit if name in OF_SLOTS else of_name(name)[0].unit
