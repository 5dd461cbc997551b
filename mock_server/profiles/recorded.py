"""A real endpoint as `overlap record` measured it: whole calls, each with its own first token and its own gaps."""

import random
from functools import lru_cache
from itertools import accumulate, chain, cycle, islice, pairwise

from overlap.mock_server.options.settings import BadSetting
from overlap.mock_server.recordings.recording import RecordedCalls, recording
from overlap.mock_server.timing.schedule import of_any_round

_MS = 1_000_000
_EXAMPLE = RecordedCalls(
    (
        (181 * _MS, 199 * _MS, 221 * _MS, 240 * _MS, 262 * _MS, 280 * _MS),
        (243 * _MS, 264 * _MS, 284 * _MS, 309 * _MS),
        (618 * _MS, 645 * _MS, 645 * _MS, 701 * _MS, 728 * _MS),
    ),
    0,
)
ORDERS = ("once", "drawn", "recorded")
WORDS = {"order": ORDERS}
"""The settings in words that anybody may choose, each from its list."""


def offsets(rng: random.Random, tokens: int, file: str = "", order: str = "once") -> list[float]:
    """
    Return the due time of each token, in seconds from the request's arrival: those of one recorded call.

    A token is a recorded chunk; how soon the first came and how evenly the rest stay together. *order* says
    which call a request plays: `once`, so that as many requests with neighbouring tags as there are calls play
    each of them once, in a shuffled order, another one in each round; `drawn`, any of them at random;
    `recorded`, the first tag the first one. An answer that is longer than its recording goes on with the gaps
    from the start of it. The recording client's own delay is taken off, since the client that is
    answered adds it again. Without a *file*, a small made-up sample serves.
    """
    recorded_calls = recording(file) if file else _EXAMPLE
    chunks = _played(recorded_calls, rng, order)
    gaps = [later - earlier for earlier, later in pairwise(chunks)] or [0]
    more = islice(cycle(gaps), max(tokens - len(chunks), 0))
    due = accumulate(
        chain(gaps if len(chunks) > 1 else (), more), initial=max(chunks[0] - recorded_calls.floor, 0)
    )
    return [at / 1e9 for at in islice(due, tokens)]


def length(rng: random.Random, file: str = "", order: str = "once") -> int:
    """Return the chunks of the call that `offsets` plays for a generator in the same state."""
    return len(_played(recording(file) if file else _EXAMPLE, rng, order))


def _played(recorded_calls: RecordedCalls, rng: random.Random, order: str) -> tuple[int, ...]:
    if order not in ORDERS:
        raise BadSetting(f"recorded,order={order}: there are: {', '.join(ORDERS)}")
    count = len(recorded_calls.calls)
    # A generator of the schedule's knows what it draws for: seed and tag. A bare one can only draw.
    seed, _, tag = str(getattr(rng, "key", "")).partition(":")
    call = of_any_round(tag)
    if order == "drawn" or not call.isdecimal():
        return recorded_calls.calls[rng.randrange(count)]
    turn, place = divmod(int(call), count)
    # Each round has a shuffle of its own, as it has draws of its own.
    shuffle = f"{seed}:{tag.removesuffix(call)}{turn}"
    return recorded_calls.calls[_places(shuffle, count)[place] if order == "once" else place]


@lru_cache(maxsize=64)
def _places(shuffle: str, count: int) -> tuple[int, ...]:
    places = list(range(count))
    random.Random(shuffle).shuffle(places)
    return tuple(places)
