"""
What each intervention buys: its figure against the unchanged application's, round by round.

Pure. An interval holds for all interventions that are judged together (Bonferroni): with ten tried, one of
them would else look like a gain every other time. A gain is called one when its interval excludes none and it
saves the share that is worth a developer's time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Literal

import numpy as np

from overlap.harness.diagnose.figures import HEADLINES, Figures
from overlap.harness.stats.bootstrap import standard_error
from overlap.harness.stats.robust import batched, centre
from overlap.harness.stats.student import critical

UNCHANGED = "unchanged"
ALPHA = 0.05
WORTH = 0.10
# A count is a gain when it is halved in every round; below this there is nothing to halve.
LEAST_COUNT = 0.1
LATENCIES, TOTAL = ("p95", "p50", "ended"), "total"
EffectVerdict = Literal["buys", "nothing", "costs", "unknown"]
Rounds = Sequence[Mapping[str, Figures]]


@dataclass(frozen=True, slots=True)
class Effect:
    """
    What one intervention does to its headline: the median before, `times`, and what that makes it after.

    *times* is before / after, estimated from pairs of one round; two medians would not always agree with it.
    Above 1 it is a gain, with its simultaneous interval; None for a count, which is judged by halving.
    *errors* are the failed calls a slot before and after.
    """

    name: str
    headline: str
    verdict: EffectVerdict
    rounds: int
    before: float | None = None
    after: float | None = None
    times: float | None = None
    low: float | None = None
    high: float | None = None
    errors: tuple[float, float] = (0.0, 0.0)

    @property
    def saved(self) -> float | None:
        """The share of the headline that is saved: 0.9 for ten times as fast."""
        return None if self.times is None else 1 - 1 / self.times

    @property
    def at_most(self) -> float | None:
        """The largest share that may be saved, by the interval."""
        return None if self.high is None else 1 - 1 / self.high


def effects(rounds: Rounds, headlines: Mapping[str, Sequence[str]]) -> list[Effect]:
    """
    Judge every intervention in *headlines* (name → figures) by the *rounds* that have it; in that order.

    It is judged by the first of its figures in which it buys something, else by the very first. Counts are not
    noisy, so that trying one as well makes no false alarm. Where calls have no latency of their own, the total
    time takes its place.
    """
    among = sum(1 for each in headlines.values() for name in each if not HEADLINES[name].counted)
    judged = []
    for name, figures in headlines.items():
        measurable = [TOTAL if each in LATENCIES and not _has(rounds, each) else each for each in figures]
        candidates = [_effect(rounds, name, each, max(1, among)) for each in measurable]
        judged.append(next((each for each in candidates if each.verdict == "buys"), candidates[0]))
    return judged


def _has(rounds: Rounds, headline: str) -> bool:
    """Return whether calls have this figure, known or not; True where there is no round."""
    every = [each[UNCHANGED] for each in rounds if UNCHANGED in each]
    return not every or any(each.get(headline) is not None or each.get("errors") for each in every)


def ranked(effects: Sequence[Effect]) -> list[Effect]:
    """Return those that buy something, the largest gain first; counts, which have no common scale, come last."""
    return sorted((each for each in effects if each.verdict == "buys"), key=lambda each: -(each.times or 0))


def _effect(rounds: Rounds, name: str, headline: str, among: int) -> Effect:
    both = [(each[UNCHANGED], each[name]) for each in rounds if name in each and UNCHANGED in each]
    pairs = [(x, y) for a, b in both if (x := a.get(headline)) is not None and (y := b.get(headline)) is not None]
    if not both:
        return Effect(name, headline, "unknown", 0)
    errors = _errors(first for first, _ in both), _errors(second for _, second in both)
    if not pairs or _decided_by_failures(both, headline):
        return Effect(name, headline, "unknown", 0, errors=errors)
    before, after = (float(np.median(side)) for side in zip(*pairs, strict=True))
    if HEADLINES[headline].counted:
        halved = all(x >= LEAST_COUNT and y <= x / 2 for x, y in pairs)
        return Effect(name, headline, "buys" if halved else "nothing", len(pairs), before, after, errors=errors)
    if len(pairs) < 3 or not all(x > 0 and y > 0 for x, y in pairs):
        return Effect(name, headline, "unknown", len(pairs), before, after, errors=errors)
    logs = batched(np.array([log(x / y) for x, y in pairs]))
    middle = float(centre(logs))
    reach = critical(len(logs) - 1, 1 - ALPHA / among) * standard_error(logs)
    times, low, high = exp(middle), exp(middle - reach), exp(middle + reach)
    after = before / times  # so that a reader who divides finds the factor
    return Effect(name, headline, _verdict(times, low, high), len(pairs), before, after, times, low, high, errors)


def _errors(side: Iterable[Figures]) -> float:
    """Return the median of the failed calls a slot."""
    return float(np.median([each.get("errors") or 0 for each in side]))


def _decided_by_failures(both: Sequence[tuple[Figures, Figures]], headline: str) -> bool:
    """Return whether failed calls hide the figure in some round: the other rounds alone are chosen by outcome."""
    return any(side.get(headline) is None and side.get("errors") for pair in both for side in pair)


def _verdict(times: float, low: float, high: float) -> EffectVerdict:
    if low > 1 and 1 - 1 / times >= WORTH:
        return "buys"
    return "costs" if high < 1 and 1 - times >= WORTH else "nothing"
