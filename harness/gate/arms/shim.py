"""
A folder with the harness and the scenarios that measure both arms, to stand before either arm's own code.

Else each arm would be measured by the harness of its own commit, and a changed benchmark would look like a changed
application.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from overlap.harness.host import our_package
from overlap.harness.host.owned.temporary import temporary


@contextmanager
def shim(tree: Path | None) -> Iterator[Path]:
    """
    Make the folder, and remove it in the end.

    The harness is the one that runs here, and so are the scenarios, unless the *tree* has its own.
    """
    with temporary("shim") as folder:
        (folder / "overlap").mkdir()
        for part in our_package.FOLDER.iterdir():
            if part.name != "__pycache__":
                source = scenarios(tree) if part.name == "scenarios" else part.resolve()
                _link(source, folder / "overlap" / part.name)
        yield folder


def scenarios(tree: Path | None) -> Path:
    """Return the folder of the scenarios: the *tree*'s own, if it is Overlap's; else of those that run here."""
    is_ours = tree is not None and (tree / "src" / "overlap" / "scenarios" / "__init__.py").is_file()
    package = tree / "src" / "overlap" if tree is not None and is_ours else our_package.FOLDER
    return (package / "scenarios").resolve()


def _link(source: Path, target: Path) -> None:
    """Make a link, or a copy if the system does not allow links."""
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except (OSError, NotImplementedError):
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)


def environment(shim_folder: Path | None, root: Path, python: Path, own: Mapping[str, str]) -> dict[str, str]:
    """
    Return what the environment of an arm's processes has besides what any child inherits.

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
    """Return the folders of *root* that hold modules: itself, and `src` where there is one that is no package."""
    src = root / "src"
    return [src, root] if src.is_dir() and not (src / "__init__.py").exists() else [root]
