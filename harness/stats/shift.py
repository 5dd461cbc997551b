"""
The shift function: where between its fastest and its slowest calls a distribution moved.

A median can stay while the tail doubles. So every decile of one cell is divided by the same decile of the other,
round by round (Doksum, The Annals of Statistics 2 (1974) 267, there as differences).
"""

from collections.abc import Sequence

from overlap.harness.model.record import Cell
from overlap.harness.stats.bootstrap import over_rounds
from overlap.harness.stats.columns import OF_CALLS, exactly, values
from overlap.harness.stats.compare import matched
from overlap.harness.stats.estimate import Estimate
from overlap.harness.store.run_files import Run

QUANTILES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)


def shift(
    run: Run, a: Cell, b: Cell, metric: str = "e2e", qs: Sequence[float] = QUANTILES
) -> dict[float, Estimate]:
    """
    Return the ratios a / b of the quantiles *qs* of a metric of calls, paired by round; 1 means no change.

    Quantiles with too few calls in either cell, or that failed calls decide, are left out, and so are those not
    above zero. Raises LookupError for a metric that calls do not have.
    """
    if metric not in OF_CALLS:
        raise LookupError(f"no metric of calls {metric!r}; there are: {', '.join(OF_CALLS)}")
    both = matched(run, a, b)
    columns = [values(OF_CALLS[metric], rounds) for rounds in both]
    count = sum(min(len(x), len(y)) for x, y in zip(*columns, strict=True))
    estimates: dict[float, Estimate] = {}
    for q, ones, others in zip(qs, *(exactly(OF_CALLS[metric], rounds, qs) for rounds in both), strict=True):
        ratios = [x / y for x, y in zip(ones, others, strict=True) if x and y and x > 0 and y > 0]
        estimate = over_rounds(ratios, count, "")
        if estimate is not None:
            estimates[q] = estimate
    return estimates
