"""
A folder is a registry: one module per entry, the module's name is the entry's name.

Nothing is imported until it is chosen, so an entry may need a package that others do not.
"""

import ast
import sys
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from overlap.mock_server.options.permits import CLIENT, Permits
from overlap.mock_server.options.shown import reason


def names(folder: str) -> list[str]:
    """Every entry of *folder* (a package name), by file name; private modules are left out."""
    path = import_module(folder).__path__
    return sorted(module.name for module in iter_modules(path) if not module.name.startswith("_"))


def load(folder: str, name: str, permits: Permits = CLIENT) -> ModuleType:
    """
    Import the entry called *name*; a dotted name is a user's own module, if *permits* allow it.

    Raises `LookupError`, naming what there is, for a name that is not there or may not be chosen.
    """
    there = names(folder)
    if "." in name and permits.module(name):
        return _imported(name)
    if name not in there:
        own = "; whoever starts the server may name a module of their own" if "." in name else ""
        raise LookupError(f"no {name!r} among the {folder.rpartition('.')[2]}; there are: {', '.join(there)}{own}")
    return import_module(f"{folder}.{name}")


def _imported(name: str) -> ModuleType:
    """Import a module that the owner named; whatever it raises is a `LookupError`."""
    if not all(part.isidentifier() for part in name.split(".")):
        raise LookupError(f"no module {name!r}: that is no module's name")
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)  # behind all others: nothing that lies there is imported instead of theirs
    try:
        # A module that ends its process says its own lines first; ours is the only one.
        with redirect_stderr(StringIO()), redirect_stdout(StringIO()):
            return import_module(name)
    except KeyboardInterrupt:
        raise
    except BaseException as wrong:
        raise LookupError(f"module {name!r} cannot be imported: {reason(wrong)}") from wrong


def help_text(folder: str, name: str) -> str:
    """Return the first line of the entry's docstring, read without importing it."""
    spec = find_spec(f"{folder}.{name}")
    if spec is None or spec.origin is None:
        return ""
    words = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    return words.partition("\n")[0]
