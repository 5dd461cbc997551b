"""
E-processes for the median of paired log ratios: evidence that may be looked at after every round.

For the null "theta <= c", with d_i symmetric about theta given the rounds before it, which holds where nothing
changed and the order of the arms is drawn at random:

    psi_i = clip((d_i - c) / s_i, -1, 1)        E_n = sum over k of w_k * prod over i <= n of (1 + lambda_k psi_i)

psi is odd about c and rises, and s_i is made of the rounds before i alone, so that each factor has a mean of at
most 1 under the null whatever the noise is: E_n is a test supermartingale, and the chance that it ever reaches
1 / alpha is at most alpha (Ville), for any rule of stopping. A misjudged s_i costs rounds, never the error rate.
The mixture over a grid of stakes is that of Waudby-Smith and Ramdas, "Estimating means of bounded random variables
by betting", JRSS B 86 (2024) 1.

What it rests on. "Not slower" needs no model: where nothing changed, the arms of a round are exchangeable (fresh
processes, order at random), so d_i is symmetric about 0, whatever the noise, its drift, or bursts. "Slower by the
bound" does: that a slowdown multiplies and leaves the noise its shape. A candidate that is as fast in most rounds
and very slow in a few has an unchanged centre and passes; that is for the series of its p95 to tell. Neither can
see luck that lasts the whole run (one build's memory layout): that is no noise to them, but a difference.
"""

from dataclasses import dataclass

import numpy as np

from overlap.harness.stats.quantiles import Floats
from overlap.harness.stats.robust import spread

# Three are enough: a finer grid down to 0.1 took a round more for each pass and caught no more (`simulate`).
STAKES = (0.3, 0.6, 0.9)
WEIGHTS = (1 / 3, 1 / 3, 1 / 3)
# The noise assumed beforehand weighs as much as this many rounds, and is all there is before the third.
PRIOR_ROUNDS = 4
FEWEST = 3
# Below this share of the assumed noise, rounds that agree by chance are not believed to be so quiet.
FLOOR = 0.2


@dataclass(frozen=True, slots=True)
class Evidence:
    """
    The largest e-value so far against each null, as natural logs, along the last axis one entry per round.

    *slower* is against "not slower" (theta <= 0), *faster* against "not faster" (theta >= 0), *under* against
    "slower by the bound or more" (theta >= bound), *over* against "faster by the bound or more".
    """

    slower: Floats
    faster: Floats
    under: Floats
    over: Floats


def evidence(logs: Floats, noise: float, bound: float) -> Evidence:
    """
    Weigh log ratios *logs* (..., rounds), larger is worse; *bound* is a log ratio above zero.

    *noise* is the standard deviation of a round that is assumed until there are rounds to tell.
    """
    scale = scales(logs, noise)

    def most(signed: Floats) -> Floats:
        return np.asarray(np.maximum.accumulate(log_e(signed / scale), axis=-1))

    return Evidence(most(logs), most(-logs), most(bound - logs), most(bound + logs))


def log_e(ratios: Floats) -> Floats:
    """Return log E_n after each round, for distances from the null's edge in units of the scale (..., rounds)."""
    psi = np.clip(ratios, -1.0, 1.0)
    paths = [
        np.cumsum(np.log1p(stake * psi), axis=-1) + np.log(weight)
        for stake, weight in zip(STAKES, WEIGHTS, strict=True)
    ]
    return np.asarray(np.logaddexp.reduce(paths, axis=0))


def scales(logs: Floats, noise: float) -> Floats:
    """Return the scale that each round is judged by, made of the rounds before it alone; shape as *logs*."""
    result = np.empty_like(logs)
    for before in range(logs.shape[-1]):
        result[..., before] = noise_of(logs[..., :before], noise)
    return result


def noise_of(logs: Floats, noise: float) -> Floats:
    """
    Estimate the standard deviation of a round from *logs* (..., rounds), and from *noise*, assumed beforehand.

    The robust spread (`stats.robust`), whose square is averaged with the assumption's, weighted by rounds.
    """
    rounds = logs.shape[-1]
    if rounds < FEWEST:
        return np.full(logs.shape[:-1], noise)
    blended = (rounds * spread(logs) ** 2 + PRIOR_ROUNDS * noise**2) / (rounds + PRIOR_ROUNDS)
    return np.asarray(np.maximum(np.sqrt(blended), FLOOR * noise))
