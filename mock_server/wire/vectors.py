"""Embedding vectors: of unit length, and a function of model and text alone, in every process and version."""

from hashlib import shake_128

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


def vector(model: str, said: bytes, dimensions: int) -> Vector:
    """
    Answer the vector of *said*, as little-endian float32.

    A shorter one is the start of a longer one, scaled to unit length, as with OpenAI's `dimensions`.

    >>> bool(abs(np.linalg.norm(vector("m", b"waits", 256)) - 1) < 1e-6)
    True
    """
    drawn = shake_128(model.encode() + b"\0" + said).digest(4 * dimensions)
    # The half keeps a number from being 0, and so a short vector from having no length.
    spread = np.frombuffer(drawn, "<i4") + 0.5
    return (spread / np.linalg.norm(spread)).astype("<f4")
