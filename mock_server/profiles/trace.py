"""As recorded: a file of time, prompt tokens and output tokens; each request plays one line of it."""

import random

from overlap.mock_server.recordings import columns_file

_EXAMPLE = ((0.0, 374.0, 44.0), (0.6, 396.0, 109.0), (1.1, 879.0, 55.0), (1.9, 91.0, 16.0), (2.4, 1313.0, 169.0))


def offsets(  # noqa: PLR0913, PLR0917 - the profile's settings
    rng: random.Random,
    tokens: int,
    path: str = "",
    ttft: float = 0.05,
    prefill: float = 0.0002,
    itl: float = 0.02,
) -> list[float]:
    """
    Return the due time of each token, in seconds from the request's arrival.

    The first token takes *ttft*, and *prefill* for each prompt token of the line. With `--tokens profile` the
    answer is as long as the line says. Without a *path*, a small sample serves.
    """
    _, prompt, _ = _line(rng, path)
    first = ttft + prompt * prefill
    return [first + i * itl for i in range(tokens)]


def length(rng: random.Random, path: str = "") -> int:
    """Return the output tokens of the line that `offsets` plays for a generator in the same state."""
    return int(_line(rng, path)[2])


def _line(rng: random.Random, path: str) -> tuple[float, ...]:
    rows = columns_file.rows(path, 3) if path else _EXAMPLE
    return rows[rng.randrange(len(rows))]
