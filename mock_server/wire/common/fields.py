"""A request's body as JSON, and the one field that every request must have."""

from typing import Any

import orjson

from overlap.mock_server.wire.common import errors, models


def parsed(body: bytes) -> dict[str, Any]:
    """Return the JSON object that *body* is."""
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise errors.bad_json() from None
    if not isinstance(request, dict):
        raise errors.bad_json()
    return request


def as_json(value: Any) -> bytes:
    """Return *value*, a part of a request, as JSON again; what is nested deeper than can be written is refused."""
    try:
        return orjson.dumps(value)
    except orjson.JSONEncodeError:
        raise errors.bad_json() from None


def model(request: dict[str, Any]) -> str:
    """Return the model's name."""
    name = request.get("model")
    if name is None:
        raise errors.bad_request("you must provide a model parameter")
    if not isinstance(name, str):
        raise errors.wrong_type("model", "a string", name)
    if not models.sayable(name):
        raise errors.bad_request("invalid model ID", "model")
    return name
