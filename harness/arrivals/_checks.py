"""Refuses settings of arrivals that make no sense."""

from overlap.harness.text.numerals import exactly

MOST = 1_000_000.0


def between(name: str, value: float, least: float, most: float = MOST) -> float:
    """Return *value* where it lies between *least* and *most*; raises ValueError, in words of one line."""
    if not least <= value <= most:
        raise ValueError(f"{name} must lie between {exactly(least)} and {exactly(most)}, not {exactly(value)}")
    return value


def rate(value: float, name: str = "rate") -> float:
    """Return *value*, calls per second, where it is one that calls can come at."""
    return between(name, value, 0.001)
