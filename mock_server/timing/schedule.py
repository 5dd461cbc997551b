"""The due time of every token: a profile, a seed and the request's key in, nanoseconds from its arrival out."""

import hashlib
import random
from array import array
from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any

Offsets = Callable[..., Sequence[float]]

HOUR = 3600 * 10**9
"""No token is due later than this after its request, however long a tail a profile has."""


KEPT = 65_536
"""How many due times of fixed schedules one profile with its settings keeps (512 kB)."""


def of_any_round(tag: str) -> str:
    """
    Return *tag* without the round that it names: `r003.000017` is call 000017, in round 3.

    A round's prefix is part of what a latency is drawn from, and of nothing else: whoever looks for one call
    means it in every round.

    >>> of_any_round("r003.000017"), of_any_round("000017"), of_any_round("v1.2")
    ('000017', '000017', 'v1.2')
    """
    prefix, dot, call = tag.partition(".")
    return call if dot and prefix[:1] == "r" and prefix[1:].isdigit() else tag


def warms_up(key: str) -> bool:
    """
    Return whether this is a warm-up call's tag, `w` and digits: it is due at once, and passes by every limit.

    >>> warms_up("w00003"), warms_up("000003")
    (True, False)
    """
    return key.startswith("w") and key[1:].isdigit()


class LazyDraws:
    """A random generator seeded when it is first asked for a draw, as seeding costs as much as a request."""

    def __init__(self) -> None:
        self._rng = random.Random()
        self._key = ""
        self.touched = False

    def about(self, key: str) -> "LazyDraws":
        """Return itself, about to draw what belongs to *key*."""
        self._key = key
        self.touched = False
        return self

    @property
    def key(self) -> str:
        """Seed and tag of what is drawn for, as in `7:000017`; to ask is to draw, for the answer hangs on it."""
        self._touch()
        return self._key

    def __getattr__(self, name: str) -> Any:
        self._touch()
        return getattr(self._rng, name)

    def _touch(self) -> None:
        if not self.touched:
            self.touched = True
            self._rng.seed(int.from_bytes(hashlib.blake2b(self._key.encode(), digest_size=8).digest()))


class Schedule:
    """
    The due times that one profile with its settings gives under one seed.

    A draw depends on the seed and on the request's key alone, never on the requests before it: the same key has
    the same latencies in any order, at any concurrency and in any process.
    """

    def __init__(self, offsets: Offsets, settings: dict[str, Any], seed: int) -> None:
        self._offsets = offsets
        self._settings = settings
        self._seed = seed
        self._rng = LazyDraws()
        self._fixed: dict[int, array[int]] = {}
        self._kept = 0

    def due(self, key: str, tokens: int, rng: LazyDraws | None = None) -> "array[int]":
        """
        Return the due time of each token, in nanoseconds from arrival: none negative, none going back.

        The array is shared between requests where the profile draws nothing; leave it as it is. Another thread
        than the loop's brings a generator of its own.
        """
        if key[:1] == "w" and warms_up(key):
            return array("q", bytes(8 * tokens))
        fixed = self._fixed.get(tokens)
        if fixed is not None:
            return fixed
        rng = (rng or self._rng).about(f"{self._seed}:{key}")
        try:
            seconds = self._offsets(rng, tokens, **self._settings)
            due = array("q", accumulate((_nanoseconds(s) for s in seconds), max))
        except OverflowError:  # a tail too long for a number
            due = array("q", [HOUR] * tokens)
        if not rng.touched and self._kept + tokens <= KEPT:
            self._fixed[tokens] = due
            self._kept += tokens
        return due


def _nanoseconds(seconds: float) -> int:
    return min(max(round(min(seconds, 1e6) * 1e9), 0), HOUR)
