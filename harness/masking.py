"""Takes secrets out of what an application says, before anybody is shown it or it goes to a file."""

import re
from collections.abc import Iterable

HIDDEN = "[secret]"
# Keys as providers write them, and what follows a word that announces one.
_KEYS = re.compile(r"\b(?:sk|pk|rk|gsk|hf|ghp|gho|github_pat|xox[abp]|AKIA|AIza|lsv2)[-_A-Za-z0-9]{12,}")
_ANNOUNCED = re.compile(
    r"(?i)\b(bearer\s+|(?:api[-_ ]?key|token|secret|password|authorization)[\"']?\s*[:=]\s*[\"']?"
    r"(?:(?:bearer|basic)\s+)?)[^\s\"',;)]{6,}"
)
# Shorter ones ("none", "test") stand in ordinary words.
SHORTEST = 6


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """
    Answer *text* without *secrets*, and without what looks like one.

    >>> masked("401 for key sk-proj-0123456789abcdef, Authorization: Bearer abcdef123")
    '401 for key [secret], Authorization: Bearer [secret]'
    """
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, HIDDEN)
    return _ANNOUNCED.sub(rf"\1{HIDDEN}", _KEYS.sub(HIDDEN, text))
