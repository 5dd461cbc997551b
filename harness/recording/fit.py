"""
How close a replay comes to its recording, beside how close one half of the recording comes to the other.

Two halves have half as many calls each as the recording and its replay, so their distance scatters by the square
root of two more: it is divided by that. And a replay plays the very calls, so that nothing of it is the luck of
the draw: it must also come within a part of the recording's own spread, or a short recording would forgive
anything.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from statistics import median, pstdev

from overlap.harness.recording.distance import kolmogorov_smirnov, wasserstein
from overlap.harness.recording.file import EndpointRecording, Recorded

SPLITS = 100
"""Halves are drawn so often: one pair of halves alone may be close, or far, by luck."""

NEAR = 0.1
"""The part of a recording's standard deviation by which a replay of its very calls may be off on average."""

QUANTITIES = ("TTFT", "ITL", "chunks")


@dataclass(frozen=True, slots=True)
class Fit:
    """
    One quantity: its distances from recording to replay, and between halves of the recording (the median split).

    `ks` are shares; what lies within `resolution` (ns) of each other counts as the same there. `shift` is
    Wasserstein's distance in ns (chunks: in chunks), and `spread` the recording's own standard deviation. `same`:
    what was compared are the very calls, played again, and not others of the same endpoint.
    """

    quantity: str
    recorded: int
    replayed: int
    ks: float
    ks_halves: float
    shift: float
    shift_halves: float
    resolution: int
    spread: float = 0.0
    same: bool = True

    @property
    def close(self) -> bool:
        """Whether it is closer than half to half, or nearer than can be told apart at all."""
        nearer = self.shift < self.shift_halves or self.shift <= self.resolution
        near = not self.same or self.shift <= max(self.resolution, NEAR * self.spread)
        return (self.ks < self.ks_halves or not self.ks) and nearer and near


def fits(
    recording: EndpointRecording, replayed: Sequence[Recorded], seed: int = 7, *, same: bool = True
) -> list[Fit]:
    """
    Return a fit for TTFT, ITL and chunks a call; a quantity that no call has is left out.

    *same* says that *replayed* are the recording's own calls, each played once.
    """
    halves = _splits(recording.calls, seed)
    return [
        replace(_fit(name, recording, replayed, halves), same=same)
        for name in QUANTITIES
        if _values(name, recording.calls) and _values(name, replayed)
    ]


Halves = list[tuple[list[Recorded], list[Recorded]]]


def _splits(calls: Sequence[Recorded], seed: int) -> Halves:
    """Split *calls* at random into halves, again and again: whole calls, since the gaps of one belong together."""
    rng, distances = random.Random(seed), []
    for _ in range(SPLITS):
        mixed = rng.sample(calls, len(calls))
        distances.append((mixed[: len(mixed) // 2], mixed[len(mixed) // 2 :]))
    return distances


def _fit(name: str, recording: EndpointRecording, replayed: Sequence[Recorded], halves: Halves) -> Fit:
    # Counts are exact.
    resolution = {"TTFT": recording.spread, "ITL": recording.resolution}.get(name) or 0
    values, again = _values(name, recording.calls), _values(name, replayed)
    pairs = [(a, b) for one, other in halves if (a := _values(name, one)) and (b := _values(name, other))]
    return Fit(
        quantity=name,
        recorded=len(values),
        replayed=len(again),
        ks=kolmogorov_smirnov(values, again, resolution),
        ks_halves=median([kolmogorov_smirnov(a, b, resolution) for a, b in pairs] or [1.0]) / sqrt(2),
        shift=wasserstein(values, again),
        shift_halves=median([wasserstein(a, b) for a, b in pairs] or [0.0]) / sqrt(2),
        resolution=resolution,
        spread=pstdev(values),
    )


def _values(name: str, calls: Sequence[Recorded]) -> list[int]:
    if name == "TTFT":
        return [call.ttft for call in calls]
    if name == "chunks":
        return [len(call.chunks) for call in calls]
    return [gap for call in calls for gap in call.gaps]
