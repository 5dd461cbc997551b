"""The 95 % interval over rounds holds the centre of the rounds."""

from collections.abc import Iterator

import numpy as np

from harness.proof.row import Row, share_within
from harness.stats.bootstrap import over_rounds

TRIALS = 2_000


def rows() -> Iterator[Row]:
    """Yield a row for each number of rounds, with normal noise of 5 % a round."""
    rng = np.random.default_rng(1)
    for rounds in (5, 8, 20):
        held = 0
        for _ in range(TRIALS):
            found = over_rounds(np.exp(rng.normal(0, 0.05, rounds)).tolist(), rounds, "")
            assert found is not None
            assert found.low is not None
            assert found.high is not None
            held += found.low <= 1 <= found.high
        yield share_within(
            f"interval of {rounds} rounds", "noise of 5 % a round, centre 1", held, TRIALS, (0.92, 0.98)
        )
