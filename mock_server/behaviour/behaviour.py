"""How one request is answered: its latency and its length, chosen for the server, the model or the request."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from overlap.mock_server.options import settings
from overlap.mock_server.options.permits import CLIENT, Permits
from overlap.mock_server.timing.schedule import LazyDraws, Schedule

LONGEST = 100_000
"""The most tokens an answer has."""

_DIGITS = 9

KEYS = ("profile", "tokens", "prefill", "shape")
"""What can be chosen for a model or for a single request."""

PROFILES = "overlap.mock_server.profiles"
LENGTHS = "overlap.mock_server.lengths"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """
    The schedule of an answer's tokens, the number of them, and the time each prompt token adds (ns).

    `group` tokens share an event of a stream; `apart`, the role and the last events are writes of their own.
    """

    schedule: Schedule
    length: Callable[[str], int]
    prefill: int
    group: int = 1
    apart: bool = False


@lru_cache(maxsize=128)
def behaviour(  # noqa: PLR0913, PLR0917 - what is chosen, and on whose behalf
    profile: str, tokens: str, prefill: str, seed: int, shape: str = "", permits: Permits = CLIENT
) -> Behaviour:
    """Return the behaviour these words describe; raises `settings.BadSetting` where they do not."""
    latency = settings.chosen(PROFILES, profile, "offsets", given=2, permits=permits)
    schedule = Schedule(latency.function, latency.settings, seed)
    length = _length(tokens, profile, seed, permits)
    settings.tried(f"{profile} with tokens={tokens}", lambda: (schedule.due("trial", 2), length("trial")))
    return Behaviour(schedule, length, round(settings.value("prefill", prefill, 0.0) * 1e9), *_shape(shape))


def _shape(words: str) -> tuple[int, bool]:
    """Return how many tokens share an event, and whether what is no token leaves apart: `group=4,apart`."""
    group, apart = 1, False
    for word in filter(None, (part.strip() for part in words.split(","))):
        key, _, value = word.partition("=")
        if word == "apart":
            apart = True
        elif key == "group":
            group = int(settings.value("shape,group", value, 1))
        else:
            raise settings.BadSetting(f"shape={words}: no {word!r}; there are: group=4, apart")
    if group < 1:
        raise settings.BadSetting(f"shape,group={group}: must be at least 1")
    return group, apart


def _length(tokens: str, profile: str, seed: int, permits: Permits) -> Callable[[str], int]:
    if tokens.isascii() and tokens.isdigit():
        count = int(tokens[:_DIGITS])
        if len(tokens) > _DIGITS or not 1 <= count <= LONGEST:
            raise settings.BadSetting(f"tokens={tokens}: must be from 1 to {LONGEST}")
        return lambda _: count
    rng = LazyDraws()
    if tokens == "profile":
        # The same key as the latency's, so that both draw the same line of a recording.
        latency = settings.chosen(PROFILES, profile, "length", given=1, others="offsets", permits=permits)
        return lambda key: _bounded(latency, rng.about(f"{seed}:{key}"))
    length = settings.chosen(LENGTHS, tokens, "length", given=1, permits=permits)
    return lambda key: _bounded(length, rng.about(f"{seed}:{key}:length"))


def _bounded(length: settings.Chosen, rng: Any) -> int:
    try:
        drawn = int(length.function(rng, **length.settings))
    except OverflowError:  # a tail too long for a number
        return LONGEST
    return min(max(drawn, 1), LONGEST)
