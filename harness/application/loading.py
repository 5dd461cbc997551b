"""
Imports an application freshly for every slot, so that each has one of its own on a loop of its own.

An application built at import is one object a process, and its asynchronous client belongs to the loop that first
used it. So before each import its own modules are forgotten: those below the folder it is imported from (its
package, where a module was named), installed packages left out. What packages keep is still shared; the clients
that are known to outlive a loop are forgotten too (`shared`). Its limit: an application that cannot be imported
twice in one process, as one that registers itself somewhere by name, fails in its second slot.
"""

import sys
from importlib import import_module, invalidate_caches
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from overlap.harness.application import shared
from overlap.harness.application.adapting import methods
from overlap.harness.application.blame import ApplicationError, failure_line
from overlap.harness.application.spec import ApplicationReference

# Ours are never forgotten, even where an application lies beside them.
OURS = {"overlap", "__main__", "__mp_main__"}
INSTALLED = {"site-packages", "dist-packages"}


def imported(spec: ApplicationReference) -> Any:
    """
    Import what *spec* names anew; return the object, or the module if *spec* names no object in it.

    Raise `ApplicationError` with one line that says what failed and where: no such file, a mistake in it, a
    missing package, no such object, a missing environment variable.
    """
    _look_in(Path.cwd())
    try:
        forget(spec)
        module = _from_file(spec.file) if spec.file else import_module(spec.place)
    except ApplicationError:
        raise
    except (Exception, SystemExit) as wrong:  # whatever somebody's module raises while it is imported
        raise ApplicationError(failure_line(wrong, spec.place)) from wrong
    return _object(module, spec)


def forget(spec: ApplicationReference) -> None:
    """Drop the modules of the application, and the clients that packages keep for it."""
    if spec.file:
        _forget(_root(spec.file.resolve())[0])
    else:
        for home in _homes(spec.place):
            _forget(home, installed=True)
    shared.forget()


def _root(file: Path) -> tuple[Path, str]:
    """Answer the folder that *file* is imported from, and its dotted name there."""
    root, name = file.parent, file.stem
    while (root / "__init__.py").exists():
        root, name = root.parent, f"{root.name}.{name}"
    return root, name


def _from_file(file: Path) -> ModuleType:
    file = file.resolve()
    if not file.is_file():
        raise ApplicationError(f"there is no file {file.name} in {file.parent.name or '/'}")
    root, name = _root(file)
    _look_in(root)
    if "." in name:
        return import_module(name)
    # By its place and not by its name: `json.py` or `agent.py` of somebody's own is the one that was asked for.
    taken = name in sys.modules or name in sys.stdlib_module_names
    found = spec_from_file_location(f"_own_{name}" if taken else name, file)
    if found is None or found.loader is None:
        raise ApplicationError(f"{file.name} is no Python file")
    module = module_from_spec(found)
    sys.modules[found.name] = module
    try:
        found.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(found.name, None)
        raise
    return module


def _homes(name: str) -> list[Path]:
    """Answer where the top package of the module *name* lies: its folders, or its one file."""
    top = name.partition(".")[0]
    found = find_spec(top) if top.isidentifier() else None
    if found is None:
        raise ApplicationError(f"there is no module {top!r} here")
    return [Path(place) for place in found.submodule_search_locations or ()] or [Path(found.origin or "")]


def _look_in(root: Path) -> None:
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    invalidate_caches()


def _forget(home: Path, *, installed: bool = False) -> None:
    home = home.resolve()
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in OURS and _below(home, module, installed=installed):
            del sys.modules[name]


def _below(home: Path, module: ModuleType, *, installed: bool) -> bool:
    file = getattr(module, "__file__", None)
    # A compiled module cannot be loaded twice.
    if not isinstance(file, str) or not file.endswith(".py"):
        return False
    # Told by its text alone: to make paths of 1,500 modules takes 60 ms a slot.
    if home.name not in file:
        return False
    path = Path(file)
    if path != home and home not in path.parents:
        return False
    return installed or not INSTALLED & {*path.relative_to(home).parts}


def _object(module: ModuleType, spec: ApplicationReference) -> Any:
    found: Any = module
    for name in spec.target.split(".") if spec.target else ():
        if not hasattr(found, name):
            there = ", ".join(public(module)) or "nothing that could be called"
            raise ApplicationError(f"{spec.place} has no {spec.target!r}; there is: {there}")
        found = getattr(found, name)
    return found


def public(module: ModuleType) -> list[str]:
    """Answer what *module* has that could be an application: own functions, and objects with such methods."""
    own = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    return [
        name
        for name, value in own.items()
        if methods(value) or (callable(value) and getattr(value, "__module__", None) == module.__name__)
    ]
