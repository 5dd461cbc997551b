"""The key of a real endpoint: found by the name of its variable, and hidden from whatever is told."""

import os
import re

from overlap.harness.host.secrets import hide
from overlap.harness.text.mistakes import Mistake

# Names in capitals only: anything else may be the key itself, and must then not be repeated.
_PLAIN = re.compile(r"[A-Z_][A-Z0-9_]*")


def check(name: str | None) -> None:
    """Raise `Mistake` where *name* names no variable that is set; a name that may be a key is not quoted."""
    if name is None or os.environ.get(name):
        return
    if not _PLAIN.fullmatch(name):
        raise Mistake("api_key_env takes the NAME of an environment variable that is set, never the key itself")
    raise Mistake(f"the environment variable {name}, which api_key_env names, is not set")


def environment(name: str | None) -> dict[str, str]:
    """Return what a child process gets so that it finds the key under its name; the key is hidden from now on."""
    variables = {name: os.environ[name]} if name and name in os.environ else {}
    hide(variables.values())
    return variables
