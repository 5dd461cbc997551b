"""
Imports an application anew for every slot, so that each slot has its own application on its own loop.

An application built at import is one object per process, and its asynchronous client belongs to the loop that
first used it. So before each import its own modules are removed from `sys.modules`: those below the folder it is
imported from (its package, if a module was named), without installed packages. State inside packages stays shared,
except the clients that are known to outlive a loop (`shared`). The limit: an application that cannot be imported
twice in one process, such as one that registers itself somewhere by name, fails in its second slot.
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

# Our own modules are never removed, even if an application lies beside them.
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
    """Remove the modules of the application, and the clients that packages keep for it."""
    if spec.file:
        _forget(_root(spec.file.resolve())[0])
    else:
        for home in _homes(spec.place):
            _forget(home, installed=True)
    shared.forget()


def _root(file: Path) -> tuple[Path, str]:
    """Return the folder that *file* is imported from, and its dotted name there."""
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
    # Imported by its path and not by its name, so that the user's `json.py` is not mistaken for another module.
    taken = name in sys.modules or name in sys.stdlib_module_names
    module_spec = spec_from_file_location(f"_own_{name}" if taken else name, file)
    if module_spec is None or module_spec.loader is None:
        raise ApplicationError(f"{file.name} is no Python file")
    module = module_from_spec(module_spec)
    sys.modules[module_spec.name] = module
    try:
        module_spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(module_spec.name, None)
        raise
    return module


def _homes(name: str) -> list[Path]:
    """Return where the top package of the module *name* lies: its folders, or its one file."""
    top = name.partition(".")[0]
    package = find_spec(top) if top.isidentifier() else None
    if package is None:
        raise ApplicationError(f"there is no module {top!r} here")
    return [Path(place) for place in package.submodule_search_locations or ()] or [Path(package.origin or "")]


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
    # The text alone decides most cases: creating paths of 1,500 modules would take 60 ms a slot.
    if home.name not in file:
        return False
    path = Path(file)
    if path != home and home not in path.parents:
        return False
    return installed or not INSTALLED & {*path.relative_to(home).parts}


def _object(module: ModuleType, spec: ApplicationReference) -> Any:
    value: Any = module
    for name in spec.target.split(".") if spec.target else ():
        if not hasattr(value, name):
            there = ", ".join(public(module)) or "nothing that could be called"
            raise ApplicationError(f"{spec.place} has no {spec.target!r}; there is: {there}")
        value = getattr(value, name)
    return value


def public(module: ModuleType) -> list[str]:
    """Return the names in *module* that could be applications: own functions, and objects with such methods."""
    own = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    return [
        name
        for name, value in own.items()
        if methods(value) or (callable(value) and getattr(value, "__module__", None) == module.__name__)
    ]
