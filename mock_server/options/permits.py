"""Who may name what: a client chooses from closed lists, and only the server's owner adds to them."""

from collections.abc import Iterable
from typing import NamedTuple


def parsed(words: str) -> tuple[str, list[str]]:
    """
    Split `name,key=value,key=value` into the name and its pairs.

    >>> parsed("steady, ttft=0.1")
    ('steady', ['ttft=0.1'])
    """
    name, *pairs = [word.strip() for word in words.split(",")]
    return name, pairs


class Permits(NamedTuple):
    """
    What may be named besides the entries of the registries and numbers.

    `modules` are dotted names that may be imported; `texts` are settings in words, a file's path for one, each as
    (entry, key, value). With `anything` there is no limit.
    """

    modules: frozenset[str] = frozenset()
    texts: frozenset[tuple[str, str, str]] = frozenset()
    anything: bool = False

    def module(self, name: str) -> bool:
        """Return whether the module of this dotted name may be imported."""
        return self.anything or name in self.modules

    def text(self, name: str, key: str, value: str) -> bool:
        """Return whether the entry *name* may have the words *value* for its setting *key*."""
        return self.anything or (name, key, value) in self.texts


OWNER = Permits(anything=True)
"""The owner's permits, for the command line and the configuration file: anything is allowed."""

CLIENT = Permits()
"""For everybody else, where the owner named nothing of their own."""


def named(words: Iterable[str]) -> Permits:
    """Return what clients may name because the owner's *words* have named it, exactly so."""
    modules, texts = set(), set()
    for each in words:
        name, pairs = parsed(each)
        if "." in name:
            modules.add(name)
        for pair in pairs:
            key, _, value = pair.partition("=")
            texts.add((name, key, value))
    return Permits(frozenset(modules), frozenset(texts))
