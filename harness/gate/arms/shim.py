"""
A folder with the harness and the scenarios that measure both arms, to stand before either arm's own code.

Else each arm would be measured by the harness of its own commit, and a changed benchmark would look like a changed
application.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from overlap.harness.host.owned.temporary import temporary


@contextmanager
def shim(tree: Path | None) -> Iterator[Path]:
    """
    Make the folder, and remove it in the end.

    The harness is the one that runs here, and so are the scenarios, unless the *tree* has its own.
    """
    with temporary("shim") as folder:
        for name, source in {"harness": package("harness"), "scenarios": scenarios(tree)}.items():
            _link(source, folder / name)
        yield folder


def package(name: str) -> Path:
    """Answer the folder of the package *name* as it is imported here."""
    found = find_spec(name)
    assert found is not None
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]).resolve()


def scenarios(tree: Path | None) -> Path:
    """Answer the *tree*'s own package of scenarios; ours, where it has none (a folder of that name is none)."""
    own = (tree or Path()) / "scenarios"
    suite = own / "__init__.py"
    is_ours = (
        tree is not None and suite.is_file() and "SUITE" in suite.read_text(encoding="utf-8", errors="replace")
    )
    return own.resolve() if is_ours else package("scenarios")


def _link(source: Path, target: Path) -> None:
    """Link, or copy where the system lets nobody make links."""
    try:
        target.symlink_to(source, target_is_directory=True)
    except (OSError, NotImplementedError):
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))


def environment(shim_folder: Path | None, root: Path, python: Path, own: Mapping[str, str]) -> dict[str, str]:
    """
    Answer what the environment of an arm's processes has besides what any child inherits.

    Modules are looked for in the shim, then in the arm's *root* and its `src`, then where the PYTHONPATH of here
    says, then among *python*'s packages; *own* are variables that the arm asks for.
    """
    folders = [folder for folder in (shim_folder, *code(root), *_inherited(root)) if folder]
    paths = {"PYTHONPATH": os.pathsep.join(map(str, folders))}
    if (python.parent.parent / "pyvenv.cfg").is_file():
        paths["VIRTUAL_ENV"] = str(python.parent.parent)
        paths["PATH"] = os.pathsep.join((str(python.parent), os.environ.get("PATH", os.defpath)))
    return {**paths, **own}


def _inherited(root: Path) -> Iterator[Path]:
    """Yield what PYTHONPATH names; a folder of this tree becomes the same folder of the arm's tree."""
    here = Path.cwd().resolve()
    for word in filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        folder = (here / word).resolve()
        yield root / folder.relative_to(here) if folder.is_relative_to(here) else folder


def code(root: Path) -> list[Path]:
    """Answer the folders of *root* that hold modules: itself, and `src` where there is one that is no package."""
    src = root / "src"
    return [src, root] if src.is_dir() and not (src / "__init__.py").exists() else [root]
