"""Measures an application from its caller's seat; in a notebook: `await harness.compare(app)`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.endpoint import Endpoint
    from harness.notebook import Comparison, compare

__all__ = ["Comparison", "Endpoint", "compare"]

_WHERE = {"compare": "harness.notebook", "Comparison": "harness.notebook", "Endpoint": "harness.endpoint"}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: a worker, or a server's parent, needs none of it."""
    if name not in _WHERE:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_WHERE[name]), name)
