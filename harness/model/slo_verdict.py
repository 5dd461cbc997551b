"""
Whether a rate was held: enough calls kept the SLO, that share was shown, and the waiting did not grow.

    calls of a slot ──► SlotFigures ──► verdict over all rounds' slots at one rate ──► held, missed or neither

A service that gets more than it can do keeps an SLO until its queue is as long as the limit. So the share of calls
alone says nothing about the next minute, and a rate is held only where latency does not grow with the due time.
Pure: figures in, verdict out.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from statistics import fmean, variance

from overlap.harness.model.wilson import wilson

GROWTH = 0.015
"""
Seconds of latency that may come on top in each second of a slot.

At a rate that is a share g above what a service can do, its queue grows by g seconds a second.
"""

NOISE = 0.01
"""Seconds of latency that a slot may end with on top, however short: no machine is steadier."""

BATCHES = 8
"""Parts of a slot, each counted for itself: calls that miss come in bursts, and bursts count as fewer calls."""

Z = 1.645
"""Normal deviations of a one-sided 95 % bound."""


@dataclass(frozen=True, slots=True)
class SlotFigures:
    """
    What counts of one slot.

    `calls` were due within it and `kept` kept the SLO. `batches` are the shares that missed, of the calls after
    the first third, in `BATCHES` parts; `counted` is the number of these calls. `growth` is how many seconds
    latency rose in each second of the slot.
    """

    rate: float
    calls: int
    kept: int
    counted: int
    batches: tuple[float, ...]
    growth: float
    seconds: float

    @property
    def tolerated(self) -> float:
        """How much growth is none: in a short slot, as much as a machine's own unsteadiness comes to."""
        return max(GROWTH, NOISE / self.seconds) if self.seconds else GROWTH

    @property
    def grew(self) -> bool:
        """Whether latency rose by more than is tolerated."""
        return self.growth > self.tolerated


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    What the slots at one rate showed together; shares are of all calls after each slot's first third.

    `held`: at least the wanted share was shown, with 95 % confidence, and latency did not grow. `missed`: less
    than that share was shown, or latency grew in every slot. Neither: nothing was shown.
    """

    held: bool
    missed: bool
    share: float
    low: float
    high: float
    growth: float

    def to_json(self) -> dict[str, object]:
        """Return it for run.json."""
        return asdict(self)


def figures(rate: float, waits: Sequence[tuple[int, int, bool]]) -> SlotFigures:
    """
    Return what counts of a slot; *waits* has (due, latency, whether the SLO was kept) of each call, times in ns.

    A tenth of the calls stands for the beginning and a tenth for the end, so that one slow call is no growth.
    """
    waits = sorted(waits)
    tenth = max(len(waits) // 10, 1)
    seconds = (waits[-1][0] - waits[0][0]) / 1e9
    rise = (fmean(wait for _, wait, _ in waits[-tenth:]) - fmean(wait for _, wait, _ in waits[:tenth])) / 1e9
    between = seconds * (1 - tenth / len(waits))
    counted = [kept for _, _, kept in waits[len(waits) // 3 :]]
    edges = [len(counted) * each // BATCHES for each in range(BATCHES + 1)]
    parts = [counted[a:b] for a, b in pairwise(edges) if b > a]
    return SlotFigures(
        rate=rate,
        calls=len(waits),
        kept=sum(kept for *_, kept in waits),
        counted=len(counted),
        batches=tuple(1 - sum(part) / len(part) for part in parts),
        growth=rise / between if between else 0.0,
        seconds=seconds,
    )


def verdict(slots: Sequence[SlotFigures], share: float, z: float = Z) -> Verdict:
    """Return what *slots*, all at one rate, show of the wanted *share* (0 to 1) of calls, at *z* deviations."""
    batches = [missed for slot in slots for missed in slot.batches]
    counted = sum(slot.counted for slot in slots)
    missed = fmean(batches)
    effective = counted / _inflation(batches, counted)
    low, high = wilson(missed * effective, effective, z)
    growth = fmean(slot.growth for slot in slots)
    grew = growth > fmean(slot.tolerated for slot in slots)
    # In one slot of several, latency may rise by the luck of its arrivals.
    surely = all(slot.grew for slot in slots)
    # A share of 1 cannot be shown by any number of calls: there, none may miss.
    enough = missed == 0 if share == 1 else high <= 1 - share
    return Verdict(enough and not grew, low > 1 - share or surely, 1 - missed, 1 - high, 1 - low, growth)


def _inflation(batches: Sequence[float], counted: int) -> float:
    """Return by how much the variance of the mean of *batches* exceeds that of independent calls; 1 or more."""
    missed = fmean(batches)
    independent = missed * (1 - missed) / counted
    if len(batches) < 2 or not independent:
        return 1.0
    return max(1.0, variance(batches) / len(batches) / independent)


def hopeless(slots: Sequence[SlotFigures], rounds: int, share: float) -> bool:
    """
    Say whether the rate is lost whatever the slots still to come of *rounds* show.

    That is: more calls have missed than may miss in all rounds, or latency grew in more than half of them.
    """
    calls = sum(slot.calls for slot in slots) / len(slots) * rounds
    missed = sum(slot.calls - slot.kept for slot in slots)
    return missed > calls * (1 - share) or sum(slot.grew for slot in slots) * 2 > rounds


def kept_briefly(slot: SlotFigures, share: float) -> bool:
    """Say whether one short *slot* kept the SLO without growing: enough to know where to look longer."""
    return slot.kept >= share * slot.calls and not slot.grew and fmean(slot.batches) <= 1 - share
