"""The key of a real endpoint: found by the name of its variable, and taken out of whatever is told."""

import os
import re

from harness.config import Mistake

HIDDEN = "[key]"
# Names in capitals only: anything else may be the key itself, and must then not be repeated.
_PLAIN = re.compile(r"[A-Z_][A-Z0-9_]*")
# Shorter ones ("none", "test") stand in ordinary words.
_SHORTEST = 6


def check(name: str | None) -> None:
    """Raise `Mistake` where *name* names no variable that is set; a name that may be a key is not quoted."""
    if name is None or os.environ.get(name):
        return
    if not _PLAIN.fullmatch(name):
        raise Mistake("api_key_env takes the NAME of an environment variable that is set, never the key itself")
    raise Mistake(f"the environment variable {name}, which api_key_env names, is not set")


def environment(name: str | None) -> dict[str, str]:
    """Answer what a child process gets so that it finds the key under its name."""
    return {name: os.environ[name]} if name and name in os.environ else {}


def redacted(text: str, name: str | None) -> str:
    """
    Answer *text* in one line without the key: servers quote it in their refusals, and libraries in tracebacks.

    A line is cut at 300 characters.
    """
    key = os.environ.get(name, "") if name else ""
    # What is too short to be a secret is left: "none" may stand in any sentence.
    hidden = text.replace(key, HIDDEN) if len(key) >= _SHORTEST else text
    line = " ".join(hidden.split())
    return line if len(line) <= 300 else f"{line[:300]}…"
