"""Connections kept open between requests, however few the application's pool keeps."""

from collections.abc import Callable
from typing import Any

from overlap.harness.diagnose.interventions.connection_limit import AIOHTTP, HTTPCORE, MOST
from overlap.harness.diagnose.observation import Note, Observation, at
from overlap.harness.diagnose.patching import classes, replace

KIND = "trap"
HEADLINE = "opened"
NOTHING = "calls found their connections open"
# Fewer connections a call than this are those that a pool opens as it grows.
CHURN = 0.2
EXPIRY = 60.0


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Keep connections where calls open them, unless it is their own client that does."""
    own = seen.count("client") >= seen.slot.made / 2
    return {} if seen.opened is not None and seen.opened >= CHURN and not own else None


def apply() -> None:
    """Have pools keep what they opened, and requests not ask for it to be closed."""

    def pool(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            kept = {"max_keepalive_connections": MOST, "keepalive_expiry": EXPIRY}
            original(self, *args, **kwargs | kept)

        return init

    def connector(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs | {"force_close": False, "keepalive_timeout": EXPIRY})

        return init

    def request(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            if self.headers.get("connection", "").lower() == "close":
                self.headers["connection"] = "keep-alive"

        return init

    replace(classes(*HTTPCORE), "__init__", pool)
    replace(classes(AIOHTTP), "__init__", connector)
    replace(classes("httpx2:Request", "httpx:Request"), "__init__", request)


def _fewest(seen: Observation) -> Note | None:
    limited = [note for topic in ("pool", "connector") for note in seen.of(topic) if note["kept"] is not None]
    return min(limited, key=lambda note: int(note["kept"]), default=None)


def title(seen: Observation) -> str:
    """Name the churn, and where the pool is made that keeps nothing."""
    note = _fewest(seen)
    where = f" ({at(note)})" if note and "file" in note else ""
    return f"connections opened again and again{where}"


def advice(seen: Observation) -> str:
    """Return in words which limit to raise, and what an opened connection costs away from loopback."""
    note = _fewest(seen)
    where = f"{at(note)}: " if note and "file" in note else ""
    return (
        f"{where}`httpx2.Limits(max_keepalive_connections={MOST}, keepalive_expiry={EXPIRY:g})`, and no "
        "`Connection: close`; each opened connection costs one round trip, or two to three with TLS, which this "
        "loopback does not show"
    )
