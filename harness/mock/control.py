"""The client of the mock's own endpoints, which return its journal and read and change its configuration."""

import http.client
from typing import Any
from urllib.parse import urlsplit

import orjson

from overlap.harness.text.mistakes import Mistake

# These endpoints require this content type, because a web page cannot send it without the server's permission.
_HEADERS = {"Connection": "close", "Content-Type": "application/json"}
_PATIENCE = 10.0
_CONFIG = "/overlap/config"


class ServerLost(Exception):
    """The server does not answer any more; the message says in which way."""


def ask(base_url: str, method: str, path: str, content: Any = None) -> tuple[int, bytes]:
    """
    Return the status and the body of one request to *path*; *content* is sent as JSON. Raises `ServerLost`.

    It uses http.client, whose new and idle connections do not disturb the measurement.
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
    """Return the exception for a server at *base_url* that gives no answer, or one that cannot be read."""
    return ServerLost(f"the server at {base_url} does not answer: {type(wrong).__name__}")


def configuration(base_url: str) -> dict[str, Any]:
    """Return the configuration of the mock server at *base_url* as it is now. Raises `ServerLost`."""
    status, content = ask_json(base_url, "GET", _CONFIG)
    if not isinstance(content, dict):
        raise ServerLost(f"the server at {base_url} answered {status} when asked for its configuration")
    return content


def configure(base_url: str, changes: dict[str, Any]) -> None:
    """
    Change the configuration of the mock server at *base_url* while it runs.

    Raise `Mistake` with the server's message for an unknown setting, `ServerLost` if the server does not answer.
    """
    status, body = ask(base_url, "POST", _CONFIG, changes)
    if status == 200:
        return
    try:
        message = str(orjson.loads(body)["error"]["message"])
    except (ValueError, LookupError, TypeError) as wrong:
        raise ServerLost(f"the server at {base_url} answered {status}, and does not say why") from wrong
    raise Mistake(message)
