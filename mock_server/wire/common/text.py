"""The words of an answer, and how many tokens a text is counted as."""

from functools import lru_cache

_TEXT = (
    "The waits of many requests overlap while each of them takes as long as it did before , so the whole "
    "is done when the last is done and not when their sum has passed ."
)
_WORDS = tuple(_TEXT.split())


_KEPT = 1_024


def words(count: int) -> tuple[str, ...]:
    """
    Return the *count* tokens of an answer: plain words, each but the first with the space before it.

    >>> "".join(words(7))
    'The waits of many requests overlap while'
    """
    return _short(count) if count <= _KEPT else _long((count - 1).bit_length())[:count]


@lru_cache(maxsize=256)
def _short(count: int) -> tuple[str, ...]:
    return _made(count)


@lru_cache(maxsize=2)
def _long(size: int) -> tuple[str, ...]:
    """Return 2 to the *size* words: long answers are slices of a few tuples, for each would be memory."""
    return _made(1 << size)


def _made(count: int) -> tuple[str, ...]:
    sequence = (_WORDS[i % len(_WORDS)] for i in range(count))
    return tuple(word if i == 0 or word in {",", "."} else " " + word for i, word in enumerate(sequence))


def count_tokens(text: str) -> int:
    """
    Return about how many tokens *text* has: one for every four bytes, as OpenAI's rule of thumb goes.

    No tokenizer: those want a download, and a prompt's exact count changes nothing that is measured here.

    >>> count_tokens("Name one use of a brick.")
    6
    """
    return ((len(text) if text.isascii() else len(text.encode())) + 3) // 4
