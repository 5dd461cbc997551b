"""The same wait for every first token, and the same gap between any two tokens."""

import random


def offsets(rng: random.Random, tokens: int, ttft: float = 0.2, itl: float = 0.02) -> list[float]:
    """Return the due time of each token, in seconds from the request's arrival."""
    del rng
    return [ttft + i * itl for i in range(tokens)]
