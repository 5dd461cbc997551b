"""The claims there are: each a file of the registry, known by its number, read without importing any framework."""

import platform
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType

from overlap.harness import registry
from overlap.harness.host.environment import version_of
from overlap.harness.text.choices import quoted
from overlap.harness.text.mistakes import Mistake

FOLDER = "overlap.scenarios.claims"


@dataclass(frozen=True, slots=True)
class Claim:
    """
    One claim: `id` is its number in the ledger, `name` its file, `words` what is claimed, in our words.

    `seeds` are the tutorials that claim it, `reading` the functions whose source decides it ("module:name").
    """

    id: str
    name: str
    words: str
    seeds: tuple[str, ...]
    theme: str
    reading: tuple[str, ...]
    module: ModuleType

    @property
    def version(self) -> str:
        """Return name and version of the package whose source decides the claim."""
        return _version(self.reading[0].partition(":")[0].partition(".")[0])


def _version(package: str) -> str:
    if package in sys.stdlib_module_names:
        return f"Python {platform.python_version()}"
    distribution = package.replace("_", "-")
    return f"{distribution} {version_of(distribution) or '(not installed)'}"


def number(name: str) -> str:
    """
    Return the id of the claim in file *name*.

    >>> number("c03_input_size")
    'C3'
    """
    return f"C{int(name.partition('_')[0][1:])}"


def claim(name: str) -> Claim:
    """Read the claim in file *name*."""
    module = registry.load(FOLDER, name)
    words = registry.help_text(FOLDER, name)
    return Claim(number(name), name, words, tuple(module.SEEDS), module.THEME, tuple(module.READING), module)


def claims(wanted: Iterable[str] = ()) -> list[Claim]:
    """
    Return the claims that are *wanted*, by number or file name, in order; all of them where none is named.

    Raises `Mistake`, saying what there is, for one that is not there.
    """
    there = sorted(registry.names(FOLDER), key=lambda name: int(number(name)[1:]))
    names = {number(name).lower(): name for name in there} | {name: name for name in there}
    chosen = set()
    for each in wanted:
        word = each.lower()
        digits = word.removeprefix("c")
        word = f"c{int(digits)}" if digits.isdecimal() and len(digits) < 9 else word
        if word not in names:
            raise Mistake(
                f"no claim {quoted(each)}; there are {number(there[0])} to {number(there[-1])}, as in C3 or c3"
            )
        chosen.add(names[word])
    return [claim(name) for name in there if not chosen or name in chosen]
