"""Tests which numbers a file can hold."""

from math import isfinite
from typing import TypeGuard


def known(value: float | None) -> TypeGuard[float]:
    """Return whether *value* is a number that a file can hold."""
    return value is not None and isfinite(value)
