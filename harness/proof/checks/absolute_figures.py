"""The interval of an absolute figure holds the server profile's own: each round draws its own latencies."""

from collections.abc import Iterator
from statistics import NormalDist

import numpy as np

from overlap.harness.model.metrics import SLOTS
from overlap.harness.model.record import Call, Cell, Served, Slot
from overlap.harness.proof.row import ProofRow, share_within
from overlap.harness.stats.bootstrap import over_rounds
from overlap.harness.stats.columns import table
from overlap.harness.stats.quantiles import Floats, of_round
from overlap.harness.stats.rounds import MeasuredRound

TRIALS = 1_500
# A model's latencies: lognormal about 50 ms. The machine adds a mood to each round, and noise to each call.
CENTRE, SIGMA, MOOD = 50.0, 0.4, 0.02
BOUNDS = (0.93, 0.97)
PLANNED = 100_000_000


def rows() -> Iterator[ProofRow]:
    """Yield a row for each figure and number of rounds."""
    rng = np.random.default_rng(4)
    for rounds in (3, 5, 8):
        for q, calls in ((0.5, 16), (0.95, 67)):
            truth = CENTRE * np.exp(SIGMA * NormalDist().inv_cdf(q))
            drawn = of_round(_calls(rng, (TRIALS, rounds, calls)), [q])[0]
            figure = f"p{q * 100:.0f}, {rounds} rounds of {calls} calls"
            yield _row(figure, "the profile's quantile", drawn, truth)
        for calls in (3, 16):
            waves = _calls(rng, (TRIALS, rounds, calls)).max(axis=-1)
            truth = float(np.median(_calls(rng, (200_000, 1, calls)).max(axis=-1)))
            figure = f"total time, {rounds} rounds of one wave of {calls}"
            yield _row(figure, "the median wave of 200,000", waves, truth)
    yield from _impossible(rng)


def _calls(rng: np.random.Generator, shape: tuple[int, int, int]) -> Floats:
    moods = rng.normal(0, MOOD, (*shape[:2], 1))
    return np.asarray(CENTRE * np.exp(rng.normal(0, SIGMA, shape) + moods))


def _row(figure: str, truth_is: str, drawn: Floats, truth: float) -> ProofRow:
    planted = f"lognormal latencies, sigma {SIGMA}, drawn anew in each round; truth: {truth_is}"
    return share_within(figure, planted, _held(drawn, truth), len(drawn), BOUNDS)


def _held(drawn: Floats, truth: float) -> int:
    """Count how often the interval of a row of *drawn* holds *truth*."""
    ends = [over_rounds(row, len(row), "ns") for row in drawn.tolist()]
    intervals = [(each.low, each.high) for each in ends if each]
    return sum(1 for low, high in intervals if low is not None and high is not None and low <= truth <= high)


def _impossible(rng: np.random.Generator) -> Iterator[ProofRow]:
    """Yield the row of intervals that reach below the shortest possible total time."""
    trials, below, cell = 300, 0, Cell("proof", "none", "gather", "asyncio", 4)
    for _ in range(trials):
        slots = [_slot(cell, turn, round(PLANNED * (1 + abs(rng.standard_cauchy()) / 20))) for turn in range(3)]
        estimate = table(slots, SLOTS)["makespan"].estimate()
        assert estimate is not None
        assert estimate.low is not None
        below += estimate.low < PLANNED * (1 - 1e-9)
    planted = "three rounds of calls of exactly 100 ms, to which the machine adds bursts"
    yield share_within("the interval of total time reaches below the possible", planted, below, trials, (0, 0))


def _slot(cell: Cell, turn: int, duration: int) -> MeasuredRound:
    """Make a round of calls at once, which took *duration* ns of which the server had planned a fixed part."""
    served = (Served(0, [PLANNED], [PLANNED], PLANNED),)
    calls = [Call(cell.id, turn, index, 0, duration, served=served) for index in range(cell.concurrency)]
    return MeasuredRound(cell, Slot(cell.id, turn, 0, len(calls), 0, duration, duration), calls)
