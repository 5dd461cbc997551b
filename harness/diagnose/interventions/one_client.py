"""One HTTP client for all calls instead of one for each."""

import re
from collections.abc import Callable
from typing import Any

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.observation import Observation, at
from overlap.harness.diagnose.patching import classes, replace
from overlap.harness.diagnose.places import caller

KIND = "trap"
HEADLINE = "p95"
# Without TLS a client may cost next to nothing, and yet open a connection for every call.
ALSO = ("opened",)
NOTHING = "no client was made while calls were made"
HTTPX = tuple(f"{library}:{half}" for library in ("httpx2", "httpx") for half in ("AsyncClient", "Client"))
AIOHTTP = "aiohttp:ClientSession"
# A client for every third call is still a habit; one or two in all are a start.
HABIT = 0.3


def watch(notes: Notes) -> None:
    """Note every client that is made while calls are."""

    def around(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            if notes.measuring:
                where = caller()
                notes.add("client", where.facts if where else {})

        return init

    replace(classes(*HTTPX, AIOHTTP), "__init__", around)


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Share clients where calls make their own."""
    return {} if seen.count("client") >= max(2.0, HABIT * seen.slot.made) else None


def apply() -> None:
    """Give every client made with the settings of an earlier one that one's inside, and close none."""
    kept: dict[tuple[type, str], Any] = {}
    connectors: list[Any] = []

    def sharing(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            key = type(self), _settings(args, kwargs)
            if key in kept:
                self.__dict__ = kept[key].__dict__
            else:
                original(self, *args, **kwargs)
                kept[key] = self

        return init

    def connected(original: Callable[..., None]) -> Callable[..., None]:
        def init(self: Any, *args: Any, **kwargs: Any) -> None:
            if "connector" not in kwargs:
                kwargs |= {"connector": connectors[0] if connectors else None, "connector_owner": False}
            original(self, *args, **kwargs)
            connectors.append(self.connector)

        return init

    replace(classes(*HTTPX), "__init__", sharing)
    for half in ("AsyncClient", "Client"):
        clients = list(classes(f"httpx2:{half}", f"httpx:{half}"))
        awaited = half == "AsyncClient"
        for name in ("aclose", "__aexit__") if awaited else ("close", "__exit__"):
            replace(clients, name, _stay_awaited if awaited else _stay)
        replace(clients, "__aenter__" if awaited else "__enter__", _itself_awaited if awaited else _itself)
    replace(classes(AIOHTTP), "__init__", connected)


def _settings(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """Return what tells one client's settings from another's; objects count by their type alone."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr((args, sorted(kwargs.items()))))


def _stay(_original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda _self, *_args: None


def _stay_awaited(_original: Callable[..., Any]) -> Callable[..., Any]:
    async def stay(_self: Any, *_args: Any) -> None:
        pass

    return stay


def _itself(_original: Callable[..., Any]) -> Callable[..., Any]:
    return lambda self: self


def _itself_awaited(_original: Callable[..., Any]) -> Callable[..., Any]:
    async def itself(self: Any) -> Any:
        return self

    return itself


def title(seen: Observation) -> str:
    """Name the habit and where it is."""
    note = seen.of("client")[0]
    return f"a client of its own for every call{f' ({at(note)})' if 'file' in note else ''}"


def advice(seen: Observation) -> str:
    """Return in words which line to move."""
    note = seen.of("client")[0]
    if "file" not in note:
        return "make the client once, outside of the call, and pass it in"
    return f"{at(note)}: make the client once, where the module or the lifespan begins, not `{note['text']}`"
