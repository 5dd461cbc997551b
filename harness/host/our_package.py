"""Where the package `overlap` lies, and how a child process is made to import this one and no other."""

import sys
from pathlib import Path

import overlap

FOLDER = Path(overlap.__file__).resolve().parent
"""The package's own folder; in a checkout it holds links to `harness`, `mock_server` and `scenarios`."""

IMPORTED_FROM = FOLDER.parent
"""What has to be on a child's PYTHONPATH, where the package is not installed for its interpreter."""


def command(module: str, *words: str, python: str | Path = sys.executable) -> list[str]:
    """
    Return the command that runs *module* of ours with *words*.

    `-P` keeps the working folder off the path, so that no `overlap` or `json.py` there is imported instead.
    Processes that import the user's own modules look there last of all (`registry.look_here`).
    """
    return [str(python), "-P", "-m", module, *words]


def command_elsewhere(module: str, python: str | Path) -> list[str]:
    """Return the command that runs *module* of ours under *python*, in whose environment it is not installed."""
    return [str(python), str(FOLDER / "harness" / "worker" / "standalone.py"), str(FOLDER), module]
