"""One flat schema of several that must all hold: `$ref` and `allOf` resolved, keywords brought together."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from overlap.mock_server.wire.schema.pattern_tree import Unmakeable

Schema = dict[str, Any]
NEVER: Schema = {"enum": []}
_TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
_DEEPEST = 32


def as_dict(schema: Any) -> Schema:
    """Return *schema* as an object: true allows everything, false nothing."""
    if schema is True:
        return {}
    if schema is False:
        return NEVER
    if not isinstance(schema, dict):
        raise Unmakeable(f"{schema!r:.40} is not a schema")
    return schema


def resolve(root: Schema, ref: Any) -> Any:
    """Return the schema that *ref* points to inside *root*, as in `#/$defs/Person`."""
    if not isinstance(ref, str) or not (ref == "#" or ref.startswith("#/")):
        raise Unmakeable(f"the reference {ref!r:.80} leads out of the schema")
    document: Any = root
    for part in ref.split("/")[1:]:
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        elif isinstance(document, dict) and key in document:
            document = document[key]
        else:
            raise Unmakeable(f"the reference {ref!r:.80} leads nowhere")
    return document


def types(schema: Schema) -> list[str]:
    """Return the JSON types *schema* allows, by its `type` alone."""
    wanted = schema.get("type", list(_TYPES))
    names = wanted if isinstance(wanted, list) else [wanted]
    for name in names:
        if name not in _TYPES:
            raise Unmakeable(f"{name!r:.40} is not a type")
    return names


def _both_types(one: Any, other: Any) -> list[str]:
    a, b = types({"type": one}), types({"type": other})
    shared = [name for name in _TYPES if _has(a, name) and _has(b, name)]
    return [name for name in shared if name != "integer" or "number" not in shared]


def _has(names: list[str], name: str) -> bool:
    return name in names or (name == "integer" and "number" in names)


def _both_properties(one: Any, other: Any) -> Schema:
    return {
        name: both(as_dict(one.get(name, True)), as_dict(other.get(name, True)))
        for name in dict.fromkeys((*one, *other))
    }


_RULES: dict[str, Callable[[Any, Any], Any]] = {
    "type": _both_types,
    "properties": _both_properties,
    "patternProperties": _both_properties,
    "required": lambda one, other: list(dict.fromkeys((*one, *other))),
    "enum": lambda one, other: [value for value in one if value in other],
    "items": lambda one, other: {"allOf": [one, other]},
    "contains": lambda one, other: {"allOf": [one, other]},
    "additionalProperties": lambda one, other: False if False in (one, other) else {"allOf": [one, other]},
    "uniqueItems": lambda one, other: one or other,
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}


def both(one: Schema, other: Schema) -> Schema:
    """
    Return a schema for what is valid under both, as far as keywords can be brought together.

    The choices (`anyOf`, `oneOf`, `if`) of both are kept under `choices`; where two keywords cannot be one (two
    patterns), the first stays, and checking the instance against the schema itself finds out whether it was right.
    """
    merged = dict(one)
    for key, value in other.items():
        if key == "choices":
            merged[key] = [*one.get(key, []), *value]
        elif key not in merged:
            merged[key] = value
        elif merged[key] != value and key in _RULES:
            merged[key] = _RULES[key](merged[key], value)
    return merged


def flat(root: Schema, schema: Any, depth: int = 0) -> Schema:
    """Return *schema* without references, `allOf` and choices: those are gathered under `choices`, each a list."""
    if depth > _DEEPEST:
        raise Unmakeable("the schema refers to itself without end")
    schema = as_dict(schema)
    own = {k: v for k, v in schema.items() if k not in {"$ref", "allOf", "anyOf", "oneOf", "if", "then", "else"}}
    choices = [schema[key] for key in ("anyOf", "oneOf") if key in schema]
    if "if" in schema:
        choices.append([{"allOf": [schema["if"], schema.get("then", True)]}, schema.get("else", True)])
    if choices:
        own["choices"] = choices
    for part in schema.get("allOf", []):
        own = both(own, flat(root, part, depth + 1))
    if "$ref" in schema:
        own = both(own, flat(root, resolve(root, schema["$ref"]), depth + 1))
    if {"$dynamicRef", "$recursiveRef"} & schema.keys():
        raise Unmakeable("dynamic references are not followed")
    return own
