"""Parses references such as `app.py:chain`: a file or a module, and an object in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ApplicationReference:
    """
    A reference to the user's code: `place` is a file's path or a module's dotted name.

    `target` is an object in it, with dots for an attribute of one; "" means the whole file, which is a scenario.
    """

    place: str
    target: str

    @property
    def file(self) -> Path | None:
        """The path, if `place` is a file; None for a module."""
        return Path(self.place) if is_path(self.place) else None

    @property
    def word(self) -> str:
        """The reference as text."""
        return f"{self.place}:{self.target}" if self.target else self.place


def is_path(place: str) -> bool:
    """Return whether *place* is a file's path rather than a module's name."""
    return place.endswith(".py") or "/" in place or "\\" in place


def parse(word: str) -> ApplicationReference | None:
    """
    Return the reference in *word*; None if it is the name of a scenario of the registry, or of a plug-in module.

    >>> parse("src/app.py:chain")
    ApplicationReference(place='src/app.py', target='chain')
    >>> parse("my_scenario.py").target
    ''
    >>> parse("strategies"), parse("my_package.scenario")
    (None, None)
    """
    place, colon, target = word.rpartition(":")
    if colon and place and not target.startswith(("\\", "/")):
        return ApplicationReference(place, target)
    return ApplicationReference(word, "") if is_path(word) else None


def display_names(words: Sequence[str]) -> dict[str, str]:
    """
    Return a short name of each word for files and reports: folders are dropped as long as names stay unique.

    Folders are dropped because their names may be those of persons, and a slash separates the parts of a cell's
    id.

    >>> display_names(["/home/me/app.py:chain", "strategies"])
    {'/home/me/app.py:chain': 'app.py:chain', 'strategies': 'strategies'}
    >>> display_names(["old/app.py:chain", "new/app.py:chain"])
    {'old/app.py:chain': 'old.app.py:chain', 'new/app.py:chain': 'new.app.py:chain'}
    """
    references = {word: parse(word) for word in words}
    depth = dict.fromkeys(words, 1)
    while True:
        named = {word: _title(spec, depth[word]) if spec else word for word, spec in references.items()}
        twice = [word for word in named if list(named.values()).count(named[word]) > 1 and references[word]]
        deeper = [word for word in twice if depth[word] < len(Path(word).parts)]
        if not deeper:
            return named
        for word in deeper:
            depth[word] += 1


def _title(spec: ApplicationReference, parts: int) -> str:
    place = ".".join(part for part in Path(spec.place).parts[-parts:] if part not in {"/", "..", "."})
    return f"{place}:{spec.target}" if spec.target else place
