"""A thousand connections in every pool, however few the application asks for."""

from collections.abc import Callable
from typing import Any

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.observation import Note, Observation, at
from overlap.harness.diagnose.patching import classes, replace
from overlap.harness.diagnose.places import caller

KIND = "trap"
HEADLINE = "p95"
NOTHING = "no request waited for a connection"
MOST = 1000
HTTPCORE = tuple(f"{core}:{half}ConnectionPool" for core in ("httpcore2", "httpcore") for half in ("Async", ""))
AIOHTTP = "aiohttp:TCPConnector"


def watch(notes: Notes) -> None:
    """Note the pools that are made, with their limits."""

    def pool(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            where = caller()
            about = {"most": kwargs.get("max_connections"), "kept": kwargs.get("max_keepalive_connections")}
            notes.add("pool", {**about, **(where.facts if where else {})})

        return init

    def connector(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            where = caller()
            about = {"most": kwargs.get("limit", 100) or None, "kept": 0 if kwargs.get("force_close") else None}
            notes.add("connector", {**about, **(where.facts if where else {})})

        return init

    replace(classes(*HTTPCORE), "__init__", pool)
    replace(classes(AIOHTTP), "__init__", connector)


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Raise the limits where requests waited for a place."""
    return {} if seen.slot.pool is not None and seen.slot.pool.count else None


def apply() -> None:
    """Raise the number of connections of every pool that is made."""

    def pool(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            given = kwargs.get("max_connections", 10)
            original(self, *args, **kwargs | {"max_connections": given and max(given, MOST)})

        return init

    def connector(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs | {"limit": MOST, "limit_per_host": 0})

        return init

    replace(classes(*HTTPCORE), "__init__", pool)
    replace(classes(AIOHTTP), "__init__", connector)


def narrowest(seen: Observation) -> Note | None:
    """Return the pool with the fewest connections; None if none is known."""
    limited = [note for topic in ("pool", "connector") for note in seen.of(topic) if note["most"]]
    return min(limited, key=lambda note: int(note["most"]), default=None)


def title(seen: Observation) -> str:
    """Name the limit and where it is set."""
    note = narrowest(seen)
    where = f" ({at(note)})" if note and "file" in note else ""
    return f"a connection pool of {note['most']}{where}" if note else "a connection pool that is too small"


def advice(seen: Observation) -> str:
    """Return in words which number to raise."""
    note = narrowest(seen)
    where = f"{at(note)}: " if note and "file" in note else ""
    return f"{where}`httpx2.Limits(max_connections={MOST}, max_keepalive_connections={MOST})` for the HTTP client"
