"""Most requests are quick and some are slow, as with a cache that is sometimes missed."""

import random


def offsets(  # noqa: PLR0913, PLR0917 - the profile's settings
    rng: random.Random, tokens: int, ttft: float = 0.1, slow: float = 1.0, share: float = 0.1, itl: float = 0.02
) -> list[float]:
    """
    Return the due time of each token, in seconds from the request's arrival.

    *slow* is the first token's time for the *share* of requests (0 to 1) that are slow.
    """
    first = slow if rng.random() < share else ttft
    return [first + i * itl for i in range(tokens)]
