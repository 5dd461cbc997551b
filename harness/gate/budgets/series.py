"""One number a round for a limit to be held against, and why where there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from overlap.harness.gate.budgets.limit import OF_SLOTS
from overlap.harness.report.figures import count
from overlap.harness.report.labels import label
from overlap.harness.stats.columns import OF_SLOTS as PLAIN
from overlap.harness.stats.columns import MetricColumn, by_round, extremes, failures, numbers, of_name, values
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.goodput import goodput, slo_of
from overlap.harness.stats.quantiles import BEYOND, enough
from overlap.harness.stats.rounds import MeasuredRound, replayed
from overlap.harness.store.run_about import RunAbout


@dataclass(frozen=True, slots=True)
class Numbers:
    """
    One metric, or a ratio of two, by round: None if a round has no number.

    `unknown` says why some or all have none; `too_few` that the reason is too few calls, not missing ones. `count`
    is how many values stand behind them, `most` the largest number there can be. `calls` has the calls of each
    round, where the number counts how many of them something holds for (`counted`, as in `OfSlots.counts`).
    `at_least`: failed calls decide it in some round, of which the number is a lower bound. `ranges` are as
    in `MetricColumn`.
    """

    by_round: Mapping[int, float | None]
    unit: str
    count: int
    unknown: str = ""
    too_few: bool = False
    most: float | None = None
    calls: Sequence[int] = ()
    counted: Literal["", "share", "number"] = ""
    at_least: bool = False
    ranges: Sequence[tuple[float, float] | None] = ()

    @property
    def known(self) -> dict[int, float]:
        """The rounds that have a number."""
        return {turn: value for turn, value in self.by_round.items() if value is not None}

    def estimate(self) -> Estimate | None:
        """Return where the typical round lies; None if no round has a number."""
        behind = self.calls or [0] * len(self.by_round)
        column = list(self.by_round.values())
        return MetricColumn(column, behind, self.unit, self.most, self.counted, ranges=self.ranges).estimate()


def series(metric: str, rounds: Sequence[MeasuredRound], about: RunAbout) -> Numbers:
    """Return the *metric* of each of *rounds*; goodput is against the limits that run.json (*about*) has."""
    turns = [each.slot.round for each in rounds]
    if metric in PLAIN:
        return _of_slots(metric, rounds, numbers(metric, rounds))
    if metric in OF_SLOTS:
        slo = slo_of(about, rounds[0].cell.scenario)
        if slo is None:
            return Numbers(dict.fromkeys(turns), "", 0, "the run has no SLO: overlap load --slo ttft=0.5,e2e=2")
        of = next(each for each in goodput(slo) if each.name == metric)
        return _of_slots(metric, rounds, [of.of(each.cell, each.slot, each.calls) for each in rounds])
    of_calls, q = of_name(metric)
    columns, lost = values(of_calls, rounds), failures(of_calls, rounds)
    behind = [len(column) + len(failed) for column, failed in zip(columns, lost, strict=True)]
    [(percentiles, at_least)] = by_round(columns, [q], lost, replayed=replayed(rounds))
    return Numbers(
        dict(zip(turns, percentiles, strict=True)),
        of_calls.unit,
        sum(behind),
        _why(metric, behind, percentiles, q, replayed=replayed(rounds)),
        too_few=bool(sum(behind)),
        at_least=any(at_least),
        ranges=[extremes(column, failed) for column, failed in zip(columns, lost, strict=True)],
    )


def _of_slots(metric: str, rounds: Sequence[MeasuredRound], per_round: Sequence[float | None]) -> Numbers:
    without = sum(1 for value in per_round if value is None)
    unknown = f"{label(metric)} is not known in {without} of {count(len(per_round), 'round')}" if without else ""
    of = OF_SLOTS[metric]
    by_round = {each.slot.round: value for each, value in zip(rounds, per_round, strict=True)}
    calls = [len(each.calls) for each in rounds]
    return Numbers(by_round, of.unit, len(per_round), unknown, most=of.most, calls=calls, counted=of.counts)


def _why(
    metric: str, behind: Sequence[int], percentiles: Sequence[float | None], q: float, *, replayed: bool
) -> str:
    """Return in words why rounds have no percentile; "" if all have one."""
    without = sum(1 for value in percentiles if value is None)
    if not without:
        return ""
    total, named = sum(behind), label(metric)
    if not total:
        return (
            f"no call has a {label(metric.rpartition('.')[0])}: limit the budget to cells that have, by cells = …"
        )
    drawn = max(behind) if replayed else total
    if not enough(drawn, q):
        needed = ceil(BEYOND / min(q, 1 - q) - 1e-9)
        same = ", which every round repeats" if replayed and drawn < total else ""
        return f"{named} takes {needed:,} values or more, and there are {drawn:,}{same}"
    return f"{without} of {count(len(percentiles), 'round')} have too few calls for a {named}"


def paired(left: Numbers, right: Numbers) -> Numbers:
    """Return the ratio of the two, round by round, in the rounds that both have."""
    both = sorted(left.by_round.keys() & right.by_round.keys())
    ratios = {turn: _ratio(left.by_round[turn], right.by_round[turn]) for turn in both}
    unknown = left.unknown or right.unknown
    if left.at_least or right.at_least:
        # A ratio of a lower bound says nothing about the ratio.
        ratios, unknown = dict.fromkeys(both), "so many calls failed that they decide one side"
    if not both:
        unknown = "no round has both"
    elif not unknown and None in ratios.values():
        unknown = "a round of the right side has nothing above zero"
    too_few = left.too_few if left.unknown else right.too_few
    return Numbers(ratios, "", min(left.count, right.count), unknown, too_few=too_few and bool(both))


def _ratio(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None or right <= 0 else left / right
