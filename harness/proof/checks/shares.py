"""The interval of a share of calls holds the true share, and is never empty or impossible."""

from collections.abc import Iterator

import numpy as np

from overlap.harness.proof.row import ProofRow, share_within
from overlap.harness.stats.columns import MetricColumn

TRIALS = 2_000


def rows() -> Iterator[ProofRow]:
    """Yield a row for each true share and number of calls, then for rounds that differ, then for the ends."""
    rng = np.random.default_rng(3)
    for truth in (0.999, 0.98, 0.9, 0.5):
        for rounds, calls in ((3, 5), (5, 16), (8, 64)):
            drawn = rng.binomial(calls, truth, (TRIALS, rounds))
            yield _row(f"{truth:.1%} of calls good", drawn, calls, truth, (0.95, 1))
    for truth in (0.9, 0.5):
        # Correlated within a round: with rho 0.05, 16 calls of a round are worth 9.
        chances = rng.beta(truth * 19, (1 - truth) * 19, (TRIALS, 5))
        yield _row(f"{truth:.0%} good, rounds differ", rng.binomial(16, chances), 16, truth, (0.93, 1))
    yield from _ends(rng)


def _row(
    planted: str,
    drawn: "np.ndarray[tuple[int, ...], np.dtype[np.int64]]",
    calls: int,
    truth: float,
    bounds: tuple[float, float],
) -> ProofRow:
    held = 0
    for hits in drawn.tolist():
        estimate = MetricColumn(
            [hit / calls * 100 for hit in hits], [calls] * len(hits), "%", 100, "share"
        ).estimate()
        assert estimate is not None
        assert estimate.low is not None
        assert estimate.high is not None
        held += estimate.low <= truth * 100 <= estimate.high
    figure = f"calls within SLO, {len(drawn[0])} rounds of {calls}"
    return share_within(figure, planted, held, len(drawn), bounds)


def _ends(rng: np.random.Generator) -> Iterator[ProofRow]:
    """Yield the row of intervals that leave 0 to 100 %, or have no width."""
    wrong = 0
    for _ in range(TRIALS):
        rounds, calls = int(rng.integers(3, 9)), int(rng.integers(1, 40))
        hits = rng.binomial(calls, rng.choice([0.0, 0.02, 0.98, 1.0]), rounds)
        estimate = MetricColumn(
            [hit / calls * 100 for hit in hits], [calls] * rounds, "%", 100, "share"
        ).estimate()
        assert estimate is not None
        assert estimate.low is not None
        assert estimate.high is not None
        wrong += not 0 <= estimate.low <= estimate.value <= estimate.high <= 100 or estimate.low == estimate.high
    yield share_within("interval is impossible, or empty", "shares near 0 and 100 %", wrong, TRIALS, (0, 0))
