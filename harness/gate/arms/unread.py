"""Locks that a gate does not read, and pins that are not what was measured: both are named."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from overlap.harness.gate.arms.lock import ORDER, upwards
from overlap.harness.gate.arms.pins import pins
from overlap.harness.host.environment import PACKAGES
from overlap.harness.report.figures import count, listed

# Of other tools; patterns of file names.
OTHERS = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock.toml",
    "pylock.*.toml",
    "Pipfile.lock",
    "pixi.lock",
    "conda-lock.y*ml",
    "conda-*.lock",
    "environment.y*ml",
)
# Named in a sentence; the rest is counted.
MOST = 4
HERE = "installed here"
"""Where the packages are, as a sentence says it."""


def notes(
    base: Path,
    candidate: Path,
    read: Sequence[str],
    installed: Mapping[str, str] | None,
    where: str = HERE,
) -> Iterator[str]:
    """
    Yield a sentence for each lock that differs and is not *read*, and one for pins that were not measured.

    *base* and *candidate* are the sides' folders, *read* the names of the locks that their environments are made
    of. *installed* are the packages of both if they run in one environment that was found and not made, *where*
    says which; else None.
    """
    measured = f"what {listed(list(dict.fromkeys(read)))} names" if installed is None else f"the packages {where}"
    yield from _changed(base, candidate, read, measured)
    if installed is not None:
        yield from _other_versions(candidate, installed, where)


def _changed(base: Path, candidate: Path, read: Sequence[str], measured: str) -> Iterator[str]:
    first, second = _locks(base), _locks(candidate)
    for name in dict.fromkeys([*first, *second]):
        old, new = first.get(name), second.get(name)
        if old == new or name in read:
            continue
        how = "differs between base and candidate"
        if old is None or new is None:
            how = f"is only in the {'candidate' if old is None else 'base'}"
        yield f"{name} {how} and is not read: both sides are measured with {measured}."


def _locks(root: Path) -> dict[str, bytes]:
    """Return the contents of the locks of a tree, and of those above it in its repository, by their names."""
    files = {name: root / name for name in ORDER if name != "pyproject.toml" and (root / name).is_file()}
    for folder, above in upwards(root):
        for pattern in OTHERS:
            files |= {f"{above}{file.name}": file for file in sorted(folder.glob(pattern)) if file.is_file()}
    return {name: file.read_bytes() for name, file in files.items()}


def differing(wanted: Mapping[str, set[str]], installed: Mapping[str, str]) -> list[str]:
    """Return the packages that are pinned otherwise than installed; one that is not installed is no difference."""
    differ = [each for each in wanted if each in installed and installed[each] not in wanted[each]]
    return sorted(differ, key=lambda each: (each not in PACKAGES, each))


def _other_versions(root: Path, installed: Mapping[str, str], where: str) -> Iterator[str]:
    name, wanted = _pinned(root)
    if differ := differing(wanted, installed):
        differences = [f"{each} {installed[each]}, locked {' or '.join(sorted(wanted[each]))}" for each in differ]
        more = f"; and {count(len(differences) - MOST, 'more package')}" if len(differences) > MOST else ""
        versions = f"{'; '.join(differences[:MOST])}{more}"
        yield f"Both sides are measured with what is {where}, not with {name}: {versions}."


def _pinned(root: Path) -> tuple[str, Mapping[str, set[str]]]:
    """Return the lock of a tree that pins something, the one that counts most, and its pins; ("", {}) for none."""
    places = [(name, root / name) for name in ORDER if name != "pyproject.toml"]
    for folder, above in upwards(root):
        for pattern in OTHERS:
            places += [(f"{above}{file.name}", file) for file in sorted(folder.glob(pattern))]
    pinned = ((name, pins(file)) for name, file in places if file.is_file())
    return next(((name, versions) for name, versions in pinned if versions), ("", {}))
