"""How git is run: untouched by the variables a hook leaves behind, and without locks or hooks of its own."""

import os


def command(*words: str) -> list[str]:
    """Return the command line of git with *words*."""
    return ["git", "-c", f"core.hooksPath={os.devnull}", *words]


def variables() -> dict[str, str]:
    """Return its environment."""
    # A hook sets GIT_DIR and GIT_INDEX_FILE, which would have us work on the user's own index.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    return inherited | {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
