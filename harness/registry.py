"""
A folder is a registry: one module per entry, the module's name is the entry's name.

Nothing is imported until it is chosen, so an entry may need a package that others do not.
"""

import ast
import gc
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType


class Unknown(LookupError):
    """A name that is no entry; the message names what there is."""


def names(folder: str) -> list[str]:
    """Every entry of *folder* (a package name), by file name; private modules and folders within are left out."""
    path = import_module(folder).__path__
    return sorted(m.name for m in iter_modules(path) if not m.ispkg and not m.name.startswith("_"))


def load(folder: str, name: str) -> ModuleType:
    """
    Import the entry called *name*; a dotted name is imported as it stands, so a plug-in needs no hook.

    Raises `Unknown` for a name that is not there.
    """
    if "." in name:
        # `app.py:chain` is none: to look for it would import somebody's `app`.
        if not all(part.isidentifier() for part in name.split(".")) or name.endswith(".py"):
            raise Unknown(f"no module {name!r}")
        try:
            return imported(name)
        except ModuleNotFoundError as missing:
            raise Unknown(f"no module {name!r}: {missing}") from missing
    check(folder, name)
    return imported(f"{folder}.{name}")


def imported(name: str) -> ModuleType:
    """
    Import the module called *name*, with the garbage collector off meanwhile.

    An import makes objects by the hundred thousand, of which none is garbage: looking for some is a fifth of what
    LangChain's costs.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return import_module(name)
    finally:
        if collecting:
            gc.enable()


def check(folder: str, name: str) -> None:
    """Raise `Unknown` for a name that is no entry; nothing is imported."""
    if "." not in name and name not in (there := names(folder)):
        raise Unknown(f"no {name!r} in {folder}; there are: {', '.join(there)}")


def suite(folder: str) -> tuple[str, ...]:
    """Answer the entries that are taken when none is named: the folder's `SUITE`."""
    chosen: tuple[str, ...] = import_module(folder).SUITE
    return chosen


def help_text(folder: str, name: str) -> str:
    """Answer the first line of the entry's docstring, read without importing it."""
    spec = find_spec(name if "." in name else f"{folder}.{name}")
    if spec is None or spec.origin is None:
        return ""
    words = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return words.partition("\n")[0]
