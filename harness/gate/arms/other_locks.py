"""Reads the locks of Poetry and PDM as requirement lines, so that any installer can install them."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from overlap.harness.text.mistakes import Mistake

NAMES = ("poetry.lock", "pdm.lock")
# The group of what an application itself needs, as Poetry and PDM call it.
_MAIN = {"main", "default"}
_ELSEWHERE = ("git", "path", "url", "hg", "svn")


def requirement_lines(file: Path) -> list[str]:
    """
    Return what the lock *file* has an application install, without extras and groups of development.

    Raise `Mistake` for a lock that cannot be read, and for a package that comes from elsewhere than an index.
    """
    try:
        packages = tomllib.loads(file.read_text(encoding="utf-8")).get("package", [])
        return list(_lines(file.name, packages))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as wrong:
        raise Mistake(f"cannot read {file.name}: {wrong}") from wrong


def _lines(lock: str, packages: list[Mapping[str, Any]]) -> Iterator[str]:
    for each in packages:
        groups = set(each.get("groups", _MAIN))
        # Of a version of Poetry before groups were in the lock: the category says as much.
        if not groups & _MAIN or each.get("optional") or each.get("category", "main") != "main":
            continue
        _refuse_sources(lock, each)
        marker = each.get("markers") or each.get("marker")
        if isinstance(marker, Mapping):  # one for each group
            marker = marker.get("main")
        yield f"{each['name']}=={each['version']}" + (f" ; {marker}" if marker else "")


def _refuse_sources(lock: str, package: Mapping[str, Any]) -> None:
    """Raise `Mistake` for a *package* that is a folder, a file or a repository: only an index has versions."""
    source = package.get("source", {})
    kind = source.get("type") if isinstance(source, Mapping) else None
    if kind not in {None, "legacy"} or any(key in package for key in _ELSEWHERE):
        raise Mistake(
            f"{lock} takes {package['name']} from elsewhere than an index, which is not read here: "
            "name the project's environment with --python, or another lock with lock=FILE"
        )
