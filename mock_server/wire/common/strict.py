"""What `strict: true` asks of a JSON schema: closed objects, every property required, a few levels deep."""

from typing import Any

_DEEPEST = 64
_LISTS = ("anyOf", "allOf", "prefixItems")
_MAPS = ("properties", "$defs", "definitions")


def fault(schema: Any, path: tuple[str, ...] = ()) -> str | None:
    """
    Return what OpenAI would say is wrong with *schema*, or None.

    >>> fault({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False})
    "In context=(), 'required' is required to be supplied and to be an array including every key in properties. \
Missing 'a'."
    """
    if not isinstance(schema, dict) or len(path) > _DEEPEST:
        return None
    wrong = _object_fault(schema, path) if schema.get("type") == "object" or "properties" in schema else None
    if wrong is not None:
        return wrong
    for name, part in _inner(schema):
        wrong = fault(part, (*path, *name))
        if wrong is not None:
            return wrong
    return None


def not_an_object(kind: Any) -> str:
    """Return what OpenAI says of a schema whose outermost type is *kind*."""
    return f"schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{kind}\"'."


def _inner(schema: dict[str, Any]) -> list[tuple[tuple[str, ...], Any]]:
    parts: list[tuple[tuple[str, ...], Any]] = []
    for key in _MAPS:
        if isinstance(schema.get(key), dict):
            parts += [((key, name), part) for name, part in schema[key].items()]
    for key in _LISTS:
        if isinstance(schema.get(key), list):
            parts += [((key, str(i)), part) for i, part in enumerate(schema[key])]
    if "items" in schema:
        parts.append((("items",), schema["items"]))
    return parts


def _object_fault(schema: dict[str, Any], path: tuple[str, ...]) -> str | None:
    if schema.get("additionalProperties") is not False:
        return f"In context={path!r}, 'additionalProperties' is required to be supplied and to be false."
    properties, required = schema.get("properties", {}), schema.get("required", [])
    if not isinstance(properties, dict) or not isinstance(required, list):
        return f"In context={path!r}, 'properties' must be an object and 'required' an array."
    lacking = next((name for name in properties if name not in required), None)
    if lacking is not None:
        return (
            f"In context={path!r}, 'required' is required to be supplied and to be an array including every key "
            f"in properties. Missing '{lacking}'."
        )
    return None
