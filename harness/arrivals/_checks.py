"""Refuses settings of arrivals that make no sense."""

MOST = 1_000_000.0


def between(name: str, value: float, least: float, most: float = MOST) -> float:
    """Answer *value* where it lies between *least* and *most*; raises ValueError, in words of one line."""
    if not least <= value <= most:
        raise ValueError(f"{name} must lie between {least:g} and {most:g}, not {value:g}")
    return value


def rate(value: float, name: str = "rate") -> float:
    """Answer *value*, calls per second, where it is one that calls can come at."""
    return between(name, value, 0.001)
