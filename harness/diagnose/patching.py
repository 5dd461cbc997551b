"""Replaces a method of a library's class by one that is handed the original, where that class is installed."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any


def classes(*names: str) -> Iterator[Any]:
    """Yield the classes (`package.module:Class`) that are there; those of a package not installed are left out."""
    for name in names:
        module, _, attribute = name.partition(":")
        with suppress(ImportError):
            if (member := getattr(import_module(module), attribute, None)) is not None:
                yield member


def replace(owners: Iterable[Any], method: str, around: Callable[..., Any]) -> None:
    """Put `around(original)` in the place of *method* of each of *owners* that defines it itself."""
    for owner in owners:
        if (original := vars(owner).get(method)) is not None:
            setattr(owner, method, around(original))
