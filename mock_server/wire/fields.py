"""Reading a request's fields, each with the refusal OpenAI would send."""

from typing import Any

import orjson

from mock_server.wire import errors, models

BIGGEST = 1_000_000


def parsed(body: bytes) -> dict[str, Any]:
    """Answer the JSON object that *body* is."""
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise errors.bad_json() from None
    if not isinstance(asked, dict):
        raise errors.bad_json()
    return asked


def model(asked: dict[str, Any]) -> str:
    """Answer the model's name."""
    name = asked.get("model")
    if name is None:
        raise errors.bad_request("you must provide a model parameter")
    if not isinstance(name, str):
        raise errors.wrong_type("model", "a string", name)
    if not models.sayable(name):
        raise errors.bad_request("invalid model ID", "model")
    return name


def flag(asked: dict[str, Any], name: str, otherwise: bool = False) -> bool:  # noqa: FBT001, FBT002 - a field's default
    """Answer a boolean field; null counts as absent."""
    value = asked.get(name)
    if value is None:
        return otherwise
    if not isinstance(value, bool):
        raise errors.wrong_type(name, "a boolean", value)
    return value


def whole_number(asked: dict[str, Any], name: str, least: int = 1, most: int = BIGGEST) -> int | None:
    """Answer an integer field between *least* and *most*, or None where it is absent or null."""
    value = asked.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise errors.wrong_type(name, "an integer", value)
    if value < least:
        message = (
            f"Invalid '{name}': integer below minimum value. Expected a value >= {least}, but got {value} instead."
        )
        raise errors.bad_request(message, name, "integer_below_min_value")
    if value > most:
        message = (
            f"Invalid '{name}': integer above maximum value. Expected a value <= {most}, but got {value} instead."
        )
        raise errors.bad_request(message, name, "integer_above_max_value")
    return value


def mapping(asked: dict[str, Any], name: str) -> dict[str, Any]:
    """Answer an object field; empty where it is absent or null."""
    value = asked.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise errors.wrong_type(name, "an object", value)
    return value
