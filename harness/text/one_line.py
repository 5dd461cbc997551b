"""Text from outside as one line: without line ends, control characters and what turns the direction of writing."""

import re

_UNSEEN = re.compile(
    # Control characters, line ends, what turns the direction of writing, halves of characters.
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
    # Joiners, which emoji and some scripts need; among ASCII letters they only make two names look alike.
    r"|[\u200c\u200d](?![^\x00-\x7f])|(?<![^\x00-\x7f])[\u200c\u200d]"
)


def one_line(text: object) -> str:
    r"""
    Return *text* as one line of characters that can be seen, words parted by single blanks.

    >>> one_line("a\n\tb\x1b[31m"), one_line(12)
    ('a b [31m', '12')
    """
    return " ".join(_UNSEEN.sub(" ", str(text)).split())
