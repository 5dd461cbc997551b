"""Requests and tokens per minute: two buckets that refill all the time, as OpenAI's do."""

from collections.abc import MutableSequence
from typing import NamedTuple

MINUTE = 60 * 10**9
WHOLE_MINUTE = 60.0
"""Seconds' worth that a bucket holds unless it is told otherwise."""
ROUNDING = 1e-6
"""A bucket refilled in many small steps may be short by this much, and is full all the same."""


class Standing(NamedTuple):
    """
    How a request stands against the limits.

    `wait` is 0 where it may pass, else the ns until it could; `unit` is what was short, `requests` or `tokens`.
    `remaining` and `reset` (ns until full again) are of requests and of tokens, after this request.
    """

    wait: int
    unit: str
    used: int
    remaining: tuple[int, int]
    reset: tuple[int, int]


class RateLimits:
    """
    Two buckets of *requests* and *tokens* per minute; they start full, and a request takes from both or neither.

    *state* holds what is left of each and when that was (ns): three numbers, zeros at first, which several
    processes may share. A bucket holds what comes back in *burst* seconds, and never less than one request.
    """

    def __init__(
        self, requests: int, tokens: int, state: MutableSequence[float], burst: float = WHOLE_MINUTE
    ) -> None:
        self.most = (requests, tokens)
        self._full = tuple(max(most * burst / WHOLE_MINUTE, 1.0) for most in self.most)
        self._state = state

    def ask(self, now: int, tokens: int) -> Standing:
        """Take one request of *tokens* tokens at *now* (ns), if there is room for it."""
        levels = self._refilled(now)
        wanted = (1, tokens)
        waits = [
            _until(want - level, most) if level < want - ROUNDING else 0
            for want, level, most in zip(wanted, levels, self.most, strict=True)
        ]
        short = 0 if waits[0] >= waits[1] else 1
        wait = waits[short]
        if not wait:
            levels = [level - want for level, want in zip(levels, wanted, strict=True)]
        self._state[0], self._state[1], self._state[2] = *levels, max(float(now), self._state[2], 1.0)
        short_of = [full - level for level, full in zip(levels, self._full, strict=True)]
        resets = [_until(missing, most) for missing, most in zip(short_of, self.most, strict=True)]
        return Standing(
            wait=wait,
            unit=("requests", "tokens")[short],
            used=round(self._full[short] - levels[short]),
            remaining=(int(levels[0]), int(levels[1])),
            reset=(resets[0], resets[1]),
        )

    def _refilled(self, now: int) -> list[float]:
        *levels, at = self._state
        if not at:
            return list(self._full)
        passed = max(now - at, 0.0)
        return [
            min(level + most * passed / MINUTE, full)
            for level, most, full in zip(levels, self.most, self._full, strict=True)
        ]


def _until(amount: float, most: int) -> int:
    """Return in how many ns *amount* comes back at *most* a minute, rounded up."""
    return -int(-max(amount, 0.0) * MINUTE // most)


def spelled(wait: int) -> str:
    """
    Return a time in ns as OpenAI's headers spell it, after Go.

    >>> [spelled(ns) for ns in (0, 1_200_000, 120_000_000, 1_146_000_000, 20 * 10**9, 360 * 10**9)]
    ['0s', '1ms', '120ms', '1.146s', '20s', '6m0s']
    """
    ms = wait // 1_000_000
    if ms < 1000:
        return f"{ms}ms" if ms else "0s"
    minutes, ms = divmod(ms, 60_000)
    seconds = f"{ms / 1000:.3f}".rstrip("0").rstrip(".")
    if not minutes:
        return f"{seconds}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{seconds}s" if hours else f"{minutes}m{seconds}s"
