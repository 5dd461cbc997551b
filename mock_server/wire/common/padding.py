"""
The obfuscation OpenAI adds to streamed events, so that the sizes of packets tell nothing of the words.

Recorded: every chunk of chat is 1 (mod 16) characters long as JSON, and in Responses a delta and its obfuscation
are 0 (mod 16) together. Real padding is random; here it is fixed, as its length is all that costs anyone anything.
"""

_LETTERS = "aZ3kQx8LwPn5RtYb"
OF_LENGTH = tuple(_LETTERS[:length] for length in range(16))


def chunk(bare: int) -> str:
    """Return the padding for a chunk of *bare* characters, the empty `obfuscation` field included."""
    return OF_LENGTH[(1 - bare) % 16]


def delta(length: int) -> str:
    """Return the padding for a delta of *length* characters."""
    return OF_LENGTH[-length % 16]
