"""As measured elsewhere: a file of two columns, TTFT and ITL in seconds, one line for each request observed."""

import random

from overlap.mock_server.recordings import columns_file

_EXAMPLE = ((0.18, 0.019), (0.21, 0.020), (0.24, 0.021), (0.31, 0.022), (0.62, 0.027))


def offsets(rng: random.Random, tokens: int, path: str = "") -> list[float]:
    """
    Return the due time of each token, in seconds from the request's arrival: those of a line drawn at random.

    Both times come from the same line, as a slow first token and slow gaps go together. Without a *path*, a small
    made-up sample serves.
    """
    rows = columns_file.rows(path, 2) if path else _EXAMPLE
    ttft, itl = rows[rng.randrange(len(rows))]
    return [ttft + i * itl for i in range(tokens)]
