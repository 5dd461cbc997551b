"""
How often a 95 % interval holds the truth, ours and others', in simulation.

Run it: `python -m overlap.harness.stats.coverage`.

Rounds are drawn whose centre is known, an interval is made of them, and the hits are counted. 2,000 trials leave
a standard error of half a point.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from overlap.harness.stats.bootstrap import over_rounds
from overlap.harness.stats.quantiles import Floats, of_round
from overlap.harness.stats.resamples import resamples
from overlap.harness.stats.student import critical

Draw = Callable[[np.random.Generator, tuple[int, ...]], Floats]


def _bursts(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    hit = rng.random(shape) < 0.03
    return np.asarray(rng.normal(0, 0.04, shape) + hit * np.log1p(rng.uniform(0.1, 0.4, shape)))


# How rounds of one cell differ, as logs. Measured on a shared 2-core machine, one cell against itself, fresh
# processes: 3 to 6 % between rounds, two of sixteen off by 13 and 14 %; "bursts" is modelled on that.
NOISE: dict[str, Draw] = {
    "normal, sd 5 %": lambda rng, shape: rng.normal(0, 0.05, shape),
    "sd 4 %, 3 % bursts of +10 to +40 %": _bursts,
    "heavy tails (t, 3 df)": lambda rng, shape: np.asarray(0.04 * rng.standard_t(3, shape)),
    "one-sided (exponential)": lambda rng, shape: rng.exponential(0.05, shape),
}
ROUNDS = (3, 4, 5, 6, 8, 12, 20, 40)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of trials whose interval held the truth, and the mean half width of the interval (a share, too)."""

    held: float
    width: float


def ours(numbers: Floats) -> tuple[float, float]:
    """Make the interval every report has: `over_rounds`."""
    estimate = over_rounds(np.exp(numbers).tolist(), len(numbers), "")
    assert estimate is not None
    assert estimate.low is not None
    assert estimate.high is not None
    return float(np.log(estimate.low)), float(np.log(estimate.high))


def percentile(numbers: Floats, beyond: float = 0.025) -> tuple[float, float]:
    """Make the textbook's bootstrap interval of the mean: the middle 95 % of the resampled means."""
    resampled = resamples(len(numbers))
    means = numbers[resampled.picks].mean(axis=1)
    order = np.argsort(means)
    reached = np.cumsum(resampled.chance[order])
    low, high = (min(int(np.searchsorted(reached, at)), len(order) - 1) for at in (beyond, 1 - beyond))
    return float(means[order[low]]), float(means[order[high]])


def expanded(numbers: Floats) -> tuple[float, float]:
    """Make Hesterberg's expanded percentile interval of the mean: further out, as Student's t is."""
    rounds = len(numbers)
    reach = critical(rounds - 1) * (rounds / (rounds - 1)) ** 0.5
    return percentile(numbers, NormalDist().cdf(-reach))


def student(numbers: Floats) -> tuple[float, float]:
    """Make Student's interval of the mean, without any resampling."""
    reach = critical(len(numbers) - 1) * float(numbers.std(ddof=1)) / len(numbers) ** 0.5
    return float(numbers.mean()) - reach, float(numbers.mean()) + reach


INTERVALS: dict[str, Callable[[Floats], tuple[float, float]]] = {
    "ours": ours,
    "percentile": percentile,
    "expanded": expanded,
    "Student": student,
}


def pseudomedian(values: Floats) -> float:
    """Return the middle of the means of neighbouring pairs: what Hodges and Lehmann's centre estimates."""
    return float(np.median((values[::2] + values[1::2]) / 2))


def held(trials: Floats, truth: float, interval: Callable[[Floats], tuple[float, float]] = ours) -> Coverage:
    """Count how often *interval* of a row of *trials* holds *truth*; all of them logs."""
    ends = np.array([interval(row) for row in trials])
    inside = (ends[:, 0] <= truth) & (truth <= ends[:, 1])
    return Coverage(float(inside.mean()), float((ends[:, 1] - ends[:, 0]).mean()) / 2)


def of_numbers(
    draw: Draw, rounds: int, trials: int, seed: int, kinds: Iterable[str] = INTERVALS
) -> dict[str, Coverage]:
    """Simulate the coverage of some *kinds* of interval if a round gives one number."""
    rng = np.random.default_rng(seed)
    many = draw(rng, (200_000,))
    truths = {name: float(many.mean()) for name in INTERVALS} | {"ours": pseudomedian(many)}
    samples = draw(rng, (trials, rounds))
    return {name: held(samples, truths[name], INTERVALS[name]) for name in kinds}


def of_percentiles(q: float, shape: tuple[int, int], trials: int, seed: int, between: float = 0.05) -> Coverage:
    """
    Simulate the coverage of our interval for a percentile *q*, of *shape* (rounds, calls each).

    Calls differ by 10 %, one in a hundred is slower by a half or more; rounds differ by *between*.
    """
    rng = np.random.default_rng(seed)

    def calls(shape: tuple[int, ...]) -> Floats:
        slow = rng.random(shape) < 0.01
        return np.asarray(rng.normal(0, 0.1, shape) + slow * (0.4 + rng.exponential(0.5, shape)))

    truth = float(np.quantile(calls((500_000,)), q))
    samples = calls((trials, *shape)) + rng.normal(0, between, (trials, shape[0], 1))
    return held(of_round(samples, [q])[0], truth)


def main(trials: int = 2000) -> None:
    """Print the whole table; a minute of work."""
    print(f"{'held the truth, in % (half width, in %)':42} {'rounds':>6} " + _row(list(INTERVALS)))
    for noise, draw in NOISE.items():
        for rounds in ROUNDS:
            coverages = of_numbers(draw, rounds, trials, seed=rounds)
            print(f"{noise:42} {rounds:6} " + _row([_cell(each) for each in coverages.values()]))
    for q, calls in ((0.5, 3), (0.5, 16), (0.95, 40), (0.95, 200), (0.99, 1000)):
        for rounds in (5, 8):
            alone = of_percentiles(q, (rounds, calls), trials, seed=rounds)
            print(f"{f'p{q * 100:.0f} of {calls} calls a round':42} {rounds:6} " + _row([_cell(alone)]))


def _row(words: Sequence[str]) -> str:
    return " ".join(f"{word:>13}" for word in words)


def _cell(coverage: Coverage) -> str:
    return f"{coverage.held:.1%} ({coverage.width:.1%})".replace("%", "")


if __name__ == "__main__":
    main()
