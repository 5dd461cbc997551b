"""
A machine as noisy as those that run continuous integration, in numbers: what a round of the gate finds there.

Everything multiplies. A launch has its own luck (layout, hashes), shared by all the slots it runs; the machine's
speed drifts (an Ornstein-Uhlenbeck process); some slots share the machine with something else; and a slot's value
is the median of iterations that vary, now and then by much. The figures are assumptions, anchored on published
repeats of benchmarks on hosted runners. One cell against itself on a shared 2-core machine gave a robust standard
deviation of 3.1 % for a round's log ratio, with two of sixteen rounds off by 13 and 14 %; this machine gives 3.7
%.
"""

from dataclasses import dataclass

import numpy as np

from overlap.harness.stats.quantiles import Floats

POOL = 50_000


@dataclass(frozen=True, slots=True)
class Machine:
    """
    Standard deviations of logs, and shares; times in seconds.

    *bursts* is the share of slots that are hit, by *hit* (least, most); *rare* the share of iterations that take
    1 + Exp(1) times longer. *times* multiplies every standard deviation.
    """

    launch: float = 0.015
    drift: float = 0.03
    drift_time: float = 60.0
    bursts: float = 0.03
    hit: tuple[float, float] = (0.1, 0.4)
    iteration: float = 0.1
    rare: float = 0.01
    iterations: int = 50
    slot: float = 5.0
    times: float = 1.0


def log_ratios(machine: Machine, builds: int, cells: int, rounds: int, seed: int) -> Floats:
    """
    Draw log(candidate / base) where nothing differs; shape (builds, cells, rounds).

    A round runs its cells one after the other, both arms of a cell in turn in an order drawn at random, each arm
    from one launch a round.
    """
    rng = np.random.default_rng(seed)
    shape = (builds, rounds, cells, 2)
    first, second = np.moveaxis(_drifting(machine, rng, builds, rounds * cells * 2).reshape(shape), -1, 0)
    swapped = rng.choice((-1.0, 1.0), shape[:-1])
    launches = machine.times * machine.launch * rng.standard_normal((builds, rounds, 1, 2))
    hit = (rng.random(shape) < machine.bursts) * np.log1p(rng.uniform(*machine.hit, shape))
    slots = launches + hit + rng.choice(_slots(machine, rng), shape)
    return np.asarray((slots[..., 1] - slots[..., 0] + swapped * (second - first)).transpose(0, 2, 1))


def _drifting(machine: Machine, rng: np.random.Generator, builds: int, slots: int) -> Floats:
    """Return the log of the machine's slowness in each of *slots* consecutive slots (builds, slots)."""
    kept = np.exp(-machine.slot / machine.drift_time)
    steps = rng.standard_normal((slots, builds)) * machine.times * machine.drift
    for now in range(1, slots):
        steps[now] = kept * steps[now - 1] + np.sqrt(1 - kept**2) * steps[now]
    return np.ascontiguousarray(steps.T)


def _slots(machine: Machine, rng: np.random.Generator) -> Floats:
    """Return many medians of a slot's iterations, as logs, for slots to be drawn from."""
    shape = (POOL, machine.iterations)
    taken = rng.standard_normal(shape) * machine.times * machine.iteration
    taken += (rng.random(shape) < machine.rare) * np.log1p(rng.exponential(1.0, shape))
    return np.asarray(np.median(taken, axis=-1))
