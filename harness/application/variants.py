"""Finds the function that builds a variant of a scenario, so that no scenario checks the names itself."""

from collections.abc import Callable
from types import ModuleType
from typing import Any

from overlap.harness import registry


def builder(module: ModuleType, scenario: str, variant: str) -> Callable[..., Any] | None:
    """
    Return the function that the scenario *module* has for *variant*; None if the scenario has no `VARIANTS`.

    Raises `Unknown` for a variant that is not among them.
    """
    variants: dict[str, Callable[..., Any]] | None = getattr(module, "VARIANTS", None)
    if variants is None:
        return None
    if variant not in variants:
        raise registry.Unknown(f"no variant {variant!r} of {scenario}; there are: {'; '.join(variants)}")
    return variants[variant]
