"""The client of the mock's own endpoints: what it saw is taken from it, its configuration is read and changed."""

import http.client
from typing import Any
from urllib.parse import urlsplit

import orjson

from overlap.harness.text.mistakes import Mistake

# What these endpoints want of a request: a web page could not send this content type unasked.
_HEADERS = {"Connection": "close", "Content-Type": "application/json"}
_PATIENCE = 10.0
_CONFIG = "/overlap/config"


class ServerLost(Exception):
    """The server does not answer any more; the message says how."""


def ask(base_url: str, method: str, path: str, content: Any = None) -> tuple[int, bytes]:
    """
    Return the status and the body of one request to *path*; *content* is sent as JSON. Raises `ServerLost`.

    It is made by http.client, since a fresh, idle client must not disturb what is measured.
    """
    where = urlsplit(base_url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=_PATIENCE)
    try:
        connection.request(method, path, None if content is None else orjson.dumps(content), _HEADERS)
        response = connection.getresponse()
        return response.status, response.read()
    except (OSError, http.client.HTTPException) as wrong:
        raise silent(base_url, wrong) from wrong
    finally:
        connection.close()


def ask_json(base_url: str, method: str, path: str, content: Any = None) -> tuple[int, Any]:
    """Return the status and the JSON of one request, None for a status other than 200. Raises `ServerLost`."""
    status, body = ask(base_url, method, path, content)
    try:
        return status, orjson.loads(body) if status == 200 else None
    except ValueError as wrong:
        raise silent(base_url, wrong) from wrong


def silent(base_url: str, wrong: Exception) -> ServerLost:
    """Return what is to be raised where the server at *base_url* gives no answer, or none that makes sense."""
    return ServerLost(f"the server at {base_url} does not answer: {type(wrong).__name__}")


def configuration(base_url: str) -> dict[str, Any]:
    """Return the configuration of the mock server at *base_url* as it is now. Raises `ServerLost`."""
    status, found = ask_json(base_url, "GET", _CONFIG)
    if not isinstance(found, dict):
        raise ServerLost(f"the server at {base_url} answered {status} when asked for its configuration")
    return found


def configure(base_url: str, changes: dict[str, Any]) -> None:
    """
    Change the configuration of the mock server at *base_url* while it runs.

    Raises `Mistake` with the server's own words for what it does not know, `ServerLost` when it does not answer.
    """
    status, body = ask(base_url, "POST", _CONFIG, changes)
    if status == 200:
        return
    try:
        message = str(orjson.loads(body)["error"]["message"])
    except (ValueError, LookupError, TypeError) as wrong:
        raise ServerLost(f"the server at {base_url} answered {status}, and does not say why") from wrong
    raise Mistake(message)
