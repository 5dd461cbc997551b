"""The prompts that scenarios share: short questions, drawn so that no two neighbours are alike."""

import random
from collections.abc import Iterator

_ASKED = ("Name one use of", "Describe in a sentence", "Tell a joke about", "What is the opposite of")
_THINGS = (
    "a paper clip",
    "an event loop",
    "a parrot",
    "a thread pool",
    "a lighthouse",
    "a semaphore",
    "rain",
    "a queue",
)


def questions(rng: random.Random) -> Iterator[str]:
    """Yield questions without end; the same for the same seed."""
    while True:
        yield f"{rng.choice(_ASKED)} {rng.choice(_THINGS)}."
