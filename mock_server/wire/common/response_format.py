"""`response_format`: the text an answer must be to keep to it."""

from collections.abc import Sequence
from typing import Any

from overlap.mock_server.wire.common import errors, fields, messages, rules, strict, tools
from overlap.mock_server.wire.schema import instance
from overlap.mock_server.wire.schema.pattern_tree import Unmakeable

_KINDS = ("json_object", "json_schema", "text")
_ANY_OBJECT = '{"answer":"The waits of many requests overlap"}'


def text(value: Any, talk: Sequence[dict[str, Any]]) -> str | None:
    """Return the JSON text that chat's `response_format` asks for, or None where any words do."""
    rules.mapping("response_format", value)
    kind = rules.required(value, "type", "response_format.")
    rules.one_of(*_KINDS)("response_format.type", kind)
    if kind == "text":
        return None
    if kind == "json_object":
        if not messages.says(talk, "json"):
            raise no_json_said("messages", "response_format")
        return any_object()
    spec = rules.required(value, "json_schema", "response_format.")
    rules.mapping("response_format.json_schema", spec)
    tools.check_name(
        "response_format.json_schema.name", rules.required(spec, "name", "response_format.json_schema.")
    )
    return valid(spec, "response_format.json_schema.", "response_format")


def any_object() -> str:
    """Return some JSON object, where any will do."""
    return _ANY_OBJECT


def no_json_said(param: str, field: str) -> errors.ApiError:
    """400: JSON is wanted, and the model is not told so; a real one would babble."""
    message = f"'{param}' must contain the word 'json' in some form, to use '{field}' of type 'json_object'."
    return errors.bad_request(message, param)


def valid(spec: dict[str, Any], within: str, what: str, param: str = "response_format") -> str:
    """Return a valid instance of `spec["schema"]`, or refuse it as OpenAI refuses the schema of a *what*."""
    schema = rules.required(spec, "schema", within)
    rules.mapping(f"{within}schema", schema)
    fault = None
    if spec.get("strict") is True:
        kind = schema.get("type")
        if kind != "object":
            fault = strict.not_an_object(kind)
        fault = fault or strict.fault(schema)
    try:
        if fault is None:
            return instance.text(fields.as_json(schema))
    except Unmakeable as unmakeable:
        fault = f"{unmakeable}."
    raise errors.bad_request(f"Invalid schema for {what} '{spec['name']}': {fault}", param)
