"""Reads the versions that a lock file pins, of any tool, to compare them with those installed."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from overlap.harness.host.environment import normalized

_LINE = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*==\s*([^\s;,\\#]+)")
_NESTED = re.compile(r"^(?:-r|--requirement)[\s=]*(\S+)")


def pins(file: Path) -> dict[str, set[str]]:
    """Return the versions of each package that *file* pins, by normalized name; {} for one that cannot be read."""
    versions: dict[str, set[str]] = {}
    try:
        for name, version in _pinned(file):
            versions.setdefault(normalized(name), set()).add(version)
    except (OSError, ValueError, AttributeError, TypeError):
        return {}
    return versions


def _pinned(file: Path) -> Iterator[tuple[str, str]]:
    if file.suffix in {".txt", ".in"}:
        yield from _requirements(file, set())
    elif file.name == "Pipfile.lock":
        for name, entry in json.loads(file.read_text(encoding="utf-8")).get("default", {}).items():
            yield name, str(entry.get("version", "")).removeprefix("==")
    elif file.suffix in {".lock", ".toml"}:
        yield from _packages(tomllib.loads(file.read_text(encoding="utf-8")))


def _packages(lock: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the packages of uv, Poetry and PDM, and of pylock.toml, which has the plural."""
    for entry in lock.get("package") or lock.get("packages") or []:
        if entry.get("version"):
            yield str(entry["name"]), str(entry["version"])


def _requirements(file: Path, seen: set[Path]) -> Iterator[tuple[str, str]]:
    if file in seen:
        return
    seen.add(file)
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        if pinned := _LINE.match(line.strip()):
            yield pinned[1], pinned[2]
        elif nested := _NESTED.match(line.strip()):
            yield from _requirements(file.parent / nested[1], seen)
