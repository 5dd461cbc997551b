"""Words of a stranger in a message of ours: on one line, and never longer than a message may be."""

MOST = 600
"""The most characters of a message about a setting."""


def single_line(value: object, most: int = MOST) -> str:
    r"""
    Return *value* on one line of at most *most* characters; what is too much is cut out of the middle.

    >>> single_line("a\nb"), single_line("x" * 1000, 11)
    ('a b', 'xxxxx…xxxxx')
    """
    text = str(value)
    if len(text) > most:
        side = (most - 1) // 2
        text = f"{text[:side]}…{text[-side:]}"
    return " ".join(text.splitlines())


def reason(wrong: BaseException) -> str:
    """Return the kind of an exception and what it says, on one line."""
    return single_line(f"{type(wrong).__name__}: {wrong}".rstrip(": "))
