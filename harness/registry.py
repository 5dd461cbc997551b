"""
A folder is a registry: one module per entry, the module's name is the entry's name.

Nothing is imported until it is chosen, so an entry may need a package that others do not.
"""

import ast
import gc
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from overlap.harness.host.secrets import line
from overlap.harness.text.choices import choices, quoted


class Unknown(LookupError):
    """A name that is no entry; the message names what there is."""


def names(folder: str) -> list[str]:
    """Return the entries of *folder* (a package name), by file name, without private modules and subfolders."""
    path = import_module(folder).__path__
    return sorted(m.name for m in iter_modules(path) if not m.ispkg and not m.name.startswith("_"))


@dataclass(frozen=True, slots=True)
class Kind:
    """What the entries of a folder are called, what each of them has, and how they are listed."""

    name: str
    has: tuple[str, ...]
    listed: str = ""


KINDS = {
    "overlap.scenarios": Kind("scenario", ("PLAN", "prompts"), "overlap list scenarios"),
    "overlap.harness.strategies": Kind("strategy", ("run", "NEEDS"), "overlap list strategies"),
    "overlap.harness.clients": Kind("client", ("client",), "overlap list clients"),
    "overlap.harness.arrivals": Kind("kind of arrivals", ("due_times",)),
    "overlap.harness.report.formats": Kind("format", ("FILE", "render"), "overlap list formats"),
    "overlap.harness.report.exports": Kind("export", ("files",), "overlap list exports"),
}


def load(folder: str, name: str) -> ModuleType:
    """
    Import the entry called *name*; a dotted name is imported as it stands, so a plug-in needs no hook.

    Raises `Unknown` for a name that is not there, for a plug-in that cannot be imported, and for a module that is
    no entry.
    """
    check(folder, name)
    return _plugin(folder, name) if "." in name else imported(f"{folder}.{name}")


def _plugin(folder: str, name: str) -> ModuleType:
    # What the module prints while it is imported is shown if it is an entry; else one line says why it is not.
    look_here()
    printed = StringIO()
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            module = imported(name)
    except ModuleNotFoundError as missing:
        raise Unknown(f"no module {name!r}: {missing}") from missing
    except (Exception, SystemExit) as wrong:  # whatever a user's module raises while it is imported
        raise Unknown(line(f"{name} cannot be imported: {type(wrong).__name__}: {wrong}")) from wrong
    kind = KINDS.get(folder)
    missing_parts = [part for part in kind.has if not hasattr(module, part)] if kind else []
    if kind and missing_parts:
        calls = f"{missing_parts[0]}()" if missing_parts[0].islower() else missing_parts[0]
        raise Unknown(f"{name} is no {kind.name}: it has no {calls}")
    sys.stderr.write(printed.getvalue())
    return module


def look_here() -> None:
    """Append the working folder to the import path, last: a user's plug-in lies there."""
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.append(here)


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
    """Raise `Unknown` for a name that is no entry, or that no module can have; nothing is imported."""
    if "." in name:
        # `app.py:chain` is no module: to look for it would import a user's `app`.
        if not all(part.isidentifier() for part in name.split(".")) or name.endswith(".py"):
            raise Unknown(f"no module {quoted(name)}")
        return
    if name not in (there := names(folder)):
        kind = KINDS.get(folder)
        what = f"{kind.name} {quoted(name)}" if kind else f"{quoted(name)} among the {folder.rpartition('.')[2]}"
        raise Unknown(f"no {what}; {choices(name, there, kind.listed if kind else '')}")


def suite(folder: str) -> tuple[str, ...]:
    """Return the entries that are taken when none is named: the folder's `SUITE`."""
    chosen: tuple[str, ...] = import_module(folder).SUITE
    return chosen


def help_text(folder: str, name: str) -> str:
    """Return the first line of the entry's docstring, read without importing it; "" for what is no entry."""
    try:
        check(folder, name)
        look_here()
        spec = find_spec(name if "." in name else f"{folder}.{name}")
    except (Unknown, ImportError, ValueError, AttributeError):
        return ""
    if spec is None or spec.origin is None:
        return ""
    try:
        words = ast.get_docstring(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))) or ""
    except (OSError, ValueError, SyntaxError):  # frozen, compiled, or no Python
        return ""
    return words.partition("\n")[0]
