"""
Which of several rows is best, and which are shown to be worse: one procedure for every sentence that ranks.

A ranking picks its winner by the same numbers by which it then compares, and it makes many comparisons. Tested one
by one at 95 %, one of twelve equal rows is called slower in a third of all reports. So here the whole report has
the error rate: if all rows are equal, at most one report in twenty names one of them.

    log(row, round) = row + round + noise        rounds are blocks: all rows of a round met the same latencies and
                                                 the same mood of the machine, which a difference takes out

1. The noise is pooled over all rows, since three rounds of one row say next to nothing about it.
2. Every pair is compared with Student's t at 5 % divided by the number of pairs (Bonferroni), because whichever
   row is best by chance, its comparison is one of these. No row is named that its own rounds alone do not set
   apart at 95 %: a row that is noisier than the others is not judged by their quietness.
3. Rows that are named leave, and the rest is compared anew among themselves: a row that takes seven times as long
   has a noise of its own, which is no measure for the others.

A difference that is shown must also be larger than what matters (3 %). What is not shown is not called equal: two
rows are equal only if the whole interval of their ratio is within what matters. Else the largest difference that
is still possible is stated.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, log, nan, sqrt
from typing import Generic, Literal, TypeVar

import numpy as np

from overlap.harness.stats.bootstrap import FEWEST_ROUNDS
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.quantiles import Floats
from overlap.harness.stats.robust import batched, centre
from overlap.harness.stats.student import critical

ALPHA = 0.05
# A smaller difference is no reason to change code.
MATTERS = 0.03

Name = TypeVar("Name", bound=Hashable)
Verdict = Literal["higher", "lower", "equal", "open"]


def verdict(ratio: Estimate, matters: float = MATTERS) -> Verdict:
    """
    Say what the interval of a *ratio* shows: that it is higher or lower than 1, that it equals 1, or nothing.

    *matters* is a share: with 0.03 neither 1.03 nor 1 / 1.03 is a difference, and what lies between them is equal.
    """
    if ratio.low is None or ratio.high is None:
        return "open"
    if 1 / (1 + matters) <= ratio.low and ratio.high <= 1 + matters:
        return "equal"
    if ratio.low > 1 and ratio.value > 1 + matters:
        return "higher"
    if ratio.high < 1 and ratio.value < 1 / (1 + matters):
        return "lower"
    return "open"


def differs(ratio: Estimate, matters: float = MATTERS) -> bool:
    """Say whether a *ratio* is shown to be a difference: higher or lower than 1 by more than what *matters*."""
    return verdict(ratio, matters) in {"higher", "lower"}


def possible(ratio: Estimate) -> float:
    """
    Return the largest difference that the interval of *ratio* leaves possible, as a share; infinite without one.

    >>> round(possible(Estimate(1.02, 0.9, 1.06, 5, 5, "")), 3)
    0.111
    """
    if ratio.low is None or ratio.high is None or ratio.low <= 0:
        return inf
    return max(ratio.high, 1 / ratio.low) - 1


@dataclass(frozen=True, slots=True)
class Ranking(Generic[Name]):
    """
    The `best` row, as reports show it; those that are shown to be `worse`; and the `rest`, which are not.

    Each is named with its ratio to the best: the geometric mean over rounds, with an interval that holds for all
    rows at once. `rest` has the rows that are equal to the best or cannot be told from it.
    """

    best: Name
    worse: dict[Name, Estimate]
    rest: dict[Name, Estimate]

    @property
    def equal(self) -> list[Name]:
        """The rows that are shown to be as good as the best."""
        return [name for name, ratio in self.rest.items() if verdict(ratio) == "equal"]

    @property
    def open(self) -> list[Name]:
        """The rows of which nothing is shown."""
        return [name for name, ratio in self.rest.items() if verdict(ratio) != "equal"]

    @property
    def possible(self) -> float:
        """The largest difference, as a share, that may still be between the best and a row of `open`."""
        return max((possible(self.rest[name]) for name in self.open), default=0.0)

    @property
    def few(self) -> list[Name]:
        """The rows of `open` that have too few rounds in common with the best for any interval."""
        return [name for name in self.open if self.rest[name].low is None]


def rank(rows: Mapping[Name, Mapping[int, float]], *, largest: bool = False) -> Ranking[Name] | None:
    """
    Rank *rows*, each a figure by round; the smallest is the best, or the *largest*.

    A row of which some round is not above zero, or endless, cannot be ranked by ratios, and is left out. None if
    no row is left. Ratios are of a row to the best, so for the *largest* those of worse rows are below 1.
    """
    usable = {name: dict(row) for name, row in rows.items() if row and _usable(row.values())}
    if not usable:
        return None
    names = list(usable)
    rounds = sorted({turn for row in usable.values() for turn in row})
    sign = -1.0 if largest else 1.0
    table = np.array(
        [[sign * log(row[turn]) if turn in row else np.nan for turn in rounds] for row in usable.values()]
    )
    worse: dict[int, tuple[Estimate, Noise]] = {}
    left = list(range(len(names)))
    while True:
        best, noise = left[_best(table[left])], _noise(table[left])
        compared = {place: _against(table[place], table[best], noise) for place in left if place != best}
        named = {place: (each, noise) for place, each in compared.items() if verdict(each) == "higher"}
        if not named:
            break
        worse |= named
        left = [place for place in left if place not in named]
    # Once rows with fewer rounds have left, another row may be the best by all rounds of the others.
    again = {place: (_against(table[place], table[best], noise), each) for place, (each, noise) in worse.items()}
    final = {place: now if verdict(now) == "higher" else each for place, (now, each) in again.items()}
    ordered = [dict(sorted(each.items(), key=lambda item: item[1].value)) for each in (final, compared)]
    ratios = [{names[place]: _turned(ratio, largest=largest) for place, ratio in each.items()} for each in ordered]
    return Ranking(names[best], ratios[0], ratios[1])


def _usable(values: Iterable[float]) -> bool:
    """Say whether all *values* have a logarithm."""
    return all(0 < value < inf for value in values)


def _turned(ratio: Estimate, *, largest: bool) -> Estimate:
    """Return *ratio* as it is, or its inverse where the logs had been negated."""
    if not largest:
        return ratio
    low, high = (None if end is None else 1 / end for end in (ratio.high, ratio.low))
    return Estimate(1 / ratio.value, low, high, ratio.count, ratio.rounds, ratio.unit)


Noise = tuple[float, int, int]
"""The variance of a difference of two rows, its degrees of freedom, and how many differences are looked at."""


def _noise(table: Floats) -> Noise:
    """Return the noise of all pairs of rows of *table*."""
    spread, freedom = pooled(table)
    return 2 * spread, freedom, len(table) * (len(table) - 1) // 2


def _against(row: Floats, best: Floats, noise: Noise) -> Estimate:
    """Return the ratio of *row* to *best* (logs; NaN is unknown), in the rounds that both have."""
    apart = row - best
    return _ratio(apart[~np.isnan(apart)], *noise)


def _best(table: Floats) -> int:
    """
    Return the place of the smallest row as reports show it: by the centre of the rounds that all rows have.

    By the mean, a row could be called the best beside one that a table shows as smaller.
    """
    shared = ~np.isnan(table).any(axis=0)
    rows = table[:, shared] if shared.any() else [row[~np.isnan(row)] for row in table]
    return int(np.argmin([float(centre(batched(row))) for row in rows]))


def pooled(table: Floats) -> tuple[float, int]:
    """Return the variance of what rows and rounds leave of *table*, and its degrees of freedom."""
    left, freedom = fitted(table)
    return (float(np.nansum(left**2)) / freedom if freedom else 0.0), freedom


def fitted(table: Floats) -> tuple[Floats, int]:
    """
    Return what is left of *table* once rows and rounds are taken out by least squares, and the degrees of freedom.

    Rows need not have all rounds: NaN is a round that a row does not have, and is NaN in what is left.
    """
    present = ~np.isnan(table)
    rows, rounds = np.nonzero(present)
    design = np.zeros((len(rows), sum(table.shape)))
    design[np.arange(len(rows)), rows] = 1
    design[np.arange(len(rows)), table.shape[0] + rounds] = 1
    effects, _, rank_of, _ = np.linalg.lstsq(design, table[present], rcond=None)
    left = np.full(table.shape, np.nan)
    left[present] = table[present] - design @ effects
    return left, int(present.sum()) - int(rank_of)


def _ratio(own: Floats, variance: float, freedom: int, among: int) -> Estimate:
    """
    Return the ratio whose logs by round are *own*, with an interval that holds for *among* of them at once.

    *variance* is what one of the logs scatters by, known from *freedom* degrees of freedom of all rows.
    """
    count = len(own)
    middle = float(own.mean()) if count else nan
    if count < FEWEST_ROUNDS or not freedom:
        return Estimate(exp(middle), None, None, count, count, "")
    alone = float(own.var(ddof=1))
    reach = max(
        critical(freedom, 1 - ALPHA / among) * sqrt(max(variance, alone) / count),
        critical(count - 1, 1 - ALPHA) * sqrt(alone / count),
    )
    return Estimate(exp(middle), exp(middle - reach), exp(middle + reach), count, count, "")


def together(
    ratios: Mapping[Name, Sequence[float]], alike: Callable[[Name], Hashable] = lambda _: None
) -> dict[Name, Estimate]:
    """
    Return each of several *ratios*, given by round, with intervals that hold for all of them at once (95 %).

    So in at most one report of twenty any of them excludes a ratio that is true. The noise is pooled over the
    ratios that are *alike*: those of one metric. A ratio that is not above zero in some round, or endless, is left
    out.
    """
    logs = {
        name: np.log(np.asarray(row, dtype=np.float64)) for name, row in ratios.items() if row and _usable(row)
    }
    groups: dict[Hashable, list[Floats]] = {}
    for name, row in logs.items():
        if len(row) >= FEWEST_ROUNDS:
            groups.setdefault(alike(name), []).append(row)
    scatter = {
        kind: (float(sum(((row - row.mean()) ** 2).sum() for row in rows)), sum(len(row) - 1 for row in rows))
        for kind, rows in groups.items()
    }
    estimates = {}
    for name, row in logs.items():
        squares, freedom = scatter.get(alike(name), (0.0, 0))
        estimates[name] = _ratio(row, squares / freedom if freedom else 0.0, freedom, max(len(logs), 1))
    return estimates
