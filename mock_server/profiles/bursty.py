"""Tokens come in bursts with a pause between, as from a server that batches what it sends."""

import random


def offsets(  # noqa: PLR0913, PLR0917 - the profile's settings
    rng: random.Random, tokens: int, ttft: float = 0.2, burst: int = 8, pause: float = 0.16, itl: float = 0.0
) -> list[float]:
    """
    Return the due time of each token, in seconds from the request's arrival.

    A burst has *burst* tokens, *itl* apart, and starts *pause* after the start of the one before; where in its
    first burst a request starts is drawn.
    """
    size = max(burst, 1)
    start = rng.randrange(size)
    due = [i // size * pause + i % size * itl for i in range(start, start + tokens)]
    return [ttft + max(d - due[0], 0.0) for d in due]
