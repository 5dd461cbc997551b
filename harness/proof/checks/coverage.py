"""The 95 % interval over rounds holds the centre of the rounds, whatever their noise."""

from collections.abc import Iterator

from overlap.harness.proof.row import ProofRow, share_within
from overlap.harness.stats.coverage import NOISE, of_numbers

TRIALS = 1_000
# Rounds that are off to one side only have no centre that a few of them would show.
BOUNDS = {"one-sided (exponential)": (0.88, 0.98)}


def rows() -> Iterator[ProofRow]:
    """Yield a row for each kind of noise and number of rounds."""
    for noise, draw in NOISE.items():
        for rounds in (3, 5, 8):
            coverage = of_numbers(draw, rounds, TRIALS, seed=rounds, kinds=("ours",))["ours"]
            bounds = BOUNDS.get(noise, (0.92, 0.98))
            yield share_within(
                f"interval of {rounds} rounds", noise, round(coverage.held * TRIALS), TRIALS, bounds
            )
