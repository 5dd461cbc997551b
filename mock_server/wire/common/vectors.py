"""
Embedding vectors: of unit length, and a function of model and text alone, in every process and version.

numpy is imported for the first one that a server is asked for, which is a tenth of a second late for it (a slot's
warm-up calls come first): a server that is asked for none starts in 0.1 s less. Nobody else waits meanwhile.
"""

from functools import cache
from hashlib import shake_128
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PREPARING = 1_000_000
"""The work of the first vector, in tokens of an answer: too much to be done while others wait."""


@cache
def prepare() -> None:
    """Import what makes vectors, once."""
    import numpy  # noqa: F401, ICN001


def ready() -> bool:
    """Return whether that is done, so that vectors can be made at once."""
    return prepare.cache_info().currsize > 0


def vector(model: str, text: bytes, dimensions: int) -> "NDArray[np.float32]":
    """
    Return the vector of *text*, as little-endian float32.

    A shorter one is the start of a longer one, scaled to unit length, as with OpenAI's `dimensions`.

    >>> import numpy as np
    >>> bool(abs(np.linalg.norm(vector("m", b"waits", 256)) - 1) < 1e-6)
    True
    """
    import numpy as np

    drawn = shake_128(model.encode() + b"\0" + text).digest(4 * dimensions)
    # The half keeps a number from being 0, and so a short vector from having no length.
    spread = np.frombuffer(drawn, "<i4") + 0.5
    return (spread / np.linalg.norm(spread)).astype("<f4")
