"""Fetches the server's journal over HTTP, and reads it."""

import http.client
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any
from urllib.parse import urlsplit

import orjson

from overlap.harness.model.record import Served
from overlap.harness.store.run_files import served_from
from overlap.harness.text.mistakes import Mistake

HEADERS = {"Connection": "close", "Content-Type": "application/json"}
"""What the mock's own endpoints want of a request: a web page could not send this content type unasked."""


class Lost(Exception):
    """The server does not answer any more; the message says how."""


@dataclass(frozen=True, slots=True)
class Journal:
    """What the server saw since it was last asked; `entries` are (tag, request) in order of arrival."""

    peak: int
    connections: int
    dropped: int
    entries: tuple[tuple[str | None, Served], ...]

    def since(self, began: int) -> "Journal":
        """Answer what of it belongs to what *began* then (ns, the server's clock): nothing, or its counts too."""
        entries = tuple(each for each in self.entries if each[1].received >= began)
        return Journal(self.peak, self.connections, self.dropped, entries) if entries else Journal(0, 0, 0, ())


def take(base_url: str, patience: float = 2.0) -> Journal | None:
    """
    Take the journal of the server at *base_url*; None where it keeps none (it is not our mock).

    Waits up to *patience* seconds for requests still in flight there, such as those of calls that were
    cancelled. Raises `Lost` when the server does not answer.
    """
    end = monotonic() + patience
    parts: list[dict[str, Any]] = []
    while True:
        taken = _post(base_url, "/overlap/take")
        if taken is None:
            return None
        parts.append(taken)
        if not taken["in_flight"] or monotonic() > end:
            return _read(parts)
        sleep(0.02)


def _read(parts: list[dict[str, Any]]) -> Journal:
    entries = [(entry.get("tag"), served_from(entry)) for part in parts for entry in part["entries"]]
    entries.sort(key=lambda pair: pair[1].received)
    return Journal(
        peak=max(part["peak"] for part in parts),
        connections=sum(part["connections"] for part in parts),
        dropped=sum(part["dropped"] for part in parts),
        entries=tuple(entries),
    )


def configure(base_url: str, changes: dict[str, Any]) -> None:
    """
    Change the configuration of the mock server at *base_url* while it runs.

    Raises `Mistake` with the server's own words for what it does not know, `Lost` when it does not answer.
    """
    where = urlsplit(base_url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    try:
        headers = {"Connection": "close", "Content-Type": "application/json"}
        connection.request("POST", "/overlap/config", orjson.dumps(changes), headers)
        response = connection.getresponse()
        body = response.read()
        if response.status != 200:
            raise Mistake(str(orjson.loads(body)["error"]["message"]))
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError) as wrong:
        raise Lost(f"the server at {base_url} does not answer: {type(wrong).__name__}") from wrong
    finally:
        connection.close()


def _post(base_url: str, path: str) -> dict[str, Any] | None:
    """Post to *path*; http.client, since a fresh, idle client must not disturb what is measured."""
    where = urlsplit(base_url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
    try:
        connection.request("POST", path, headers=HEADERS)
        response = connection.getresponse()
        body = response.read()
        if response.status in {404, 405}:
            return None
        if response.status != 200:
            raise Lost(f"the server answered {response.status} when asked for its journal")
        found: dict[str, Any] = orjson.loads(body)
    except (OSError, http.client.HTTPException, ValueError) as wrong:
        raise Lost(f"the server at {base_url} does not answer: {type(wrong).__name__}") from wrong
    else:
        return found
    finally:
        connection.close()
