"""Measures LLM applications from their caller's seat; in a notebook: `await overlap.compare(app)`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from overlap.harness.model.endpoint import Endpoint
    from overlap.harness.notebook import Comparison, compare

__all__ = ["Comparison", "Endpoint", "compare"]

_WHERE = {
    "compare": "overlap.harness.notebook",
    "Comparison": "overlap.harness.notebook",
    "Endpoint": "overlap.harness.model.endpoint",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a worker, or a server's parent, needs none of it."""
    if name not in _WHERE:
        raise AttributeError(f"module 'overlap' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)
