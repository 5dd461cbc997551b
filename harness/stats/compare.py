"""Two cells of one run compared: ratios paired by round, and by call where both saw the same latencies."""

from collections.abc import Callable, Sequence

import numpy as np

from overlap.harness.model.record import Call, Cell
from overlap.harness.stats.bootstrap import over_rounds
from overlap.harness.stats.columns import OF_CALLS, numbers, unit_of
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.rounds import MeasuredRound, rounds_of, sound
from overlap.harness.store.run_files import Run


def ratio(run: Run, a: Cell, b: Cell, metric: str) -> Estimate | None:
    """
    Return a / b of *metric* ("throughput", "e2e.p50"), from each round that both cells ran; 1 is no change.

    None where there is no such round, or one where a number is not above zero. Raises LookupError for an
    unknown metric.
    """
    pairs = _pairs(*matched(run, a, b), metric)
    if not all(x > 0 and y > 0 for x, y in pairs):
        return None
    return over_rounds([x / y for x, y in pairs], len(pairs), "")


def difference(run: Run, a: Cell, b: Cell, metric: str) -> Estimate | None:
    """Return the difference a - b of *metric* in its own unit, paired by round; None if no round has both."""
    pairs = _pairs(*matched(run, a, b), metric)
    # Differences of either sign: the logs of over_rounds are for scales.
    return over_rounds([x - y for x, y in pairs], len(pairs), unit_of(metric), logs=False)


def ratio_by_call(run: Run, a: Cell, b: Cell, metric: str) -> Estimate | None:
    """
    Return a / b of a metric of calls ("e2e"), each call against that of the same index in the same round.

    Call 17 has the same latency in every cell, so what is left is what the cells differ in. The median over a
    round's calls is that round's one number. None where no pair has both above zero; LookupError for a metric
    that has not one number a call.
    """
    if metric not in OF_CALLS:
        raise LookupError(f"no metric of calls {metric!r}; there are: {', '.join(OF_CALLS)}")
    of = OF_CALLS[metric].of
    ratios, count = [], 0
    for one, other in zip(*matched(run, a, b), strict=True):
        logs = _log_ratios(one.calls, other.calls, of)
        if logs:
            ratios.append(float(np.exp(np.median(logs))))
            count += len(logs)
    return over_rounds(ratios, count, "")


def matched(run: Run, a: Cell, b: Cell) -> tuple[list[MeasuredRound], list[MeasuredRound]]:
    """Return the rounds that both cells ran soundly, paired by number."""
    every = rounds_of(run)
    ones = {each.slot.round: each for each in sound(every.get(a.id, []))}
    others = {each.slot.round: each for each in sound(every.get(b.id, []))}
    both = sorted(ones.keys() & others.keys())
    return [ones[r] for r in both], [others[r] for r in both]


def _pairs(
    ones: Sequence[MeasuredRound], others: Sequence[MeasuredRound], metric: str
) -> list[tuple[float, float]]:
    both = zip(numbers(metric, ones), numbers(metric, others), strict=True)
    return [(x, y) for x, y in both if x is not None and y is not None]


def _log_ratios(
    ones: Sequence[Call], others: Sequence[Call], of: Callable[[Call], Sequence[float]]
) -> list[float]:
    second = {call.index: of(call) for call in others}
    logs = []
    for call in ones:
        x, y = of(call), second.get(call.index, ())
        # A metric with several numbers a call (gaps) has no partner for each; chunks may have been merged.
        if len(x) == len(y) == 1 and x[0] > 0 and y[0] > 0:
            logs.append(float(np.log(x[0] / y[0])))
    return logs
