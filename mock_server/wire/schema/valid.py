"""Is a value valid under a JSON Schema? As far as the keywords go that `instance` makes values for."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from overlap.mock_server.wire.schema import formats, pattern
from overlap.mock_server.wire.schema.merge import Schema, as_dict, resolve, types
from overlap.mock_server.wire.schema.pattern_tree import Unmakeable

_DEEPEST = 200


def same(one: Any, other: Any) -> bool:
    """Return whether two JSON values are equal; unlike Python's, true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return bool(one == other)


def is_type(name: str, value: Any) -> bool:
    """Return whether *value* is of the JSON type *name*."""
    if name == "null":
        return value is None
    if name == "boolean":
        return isinstance(value, bool)
    if name in {"integer", "number"}:
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        return not isinstance(value, bool) and isinstance(value, (int, float)) and (name == "number" or whole)
    return isinstance(value, {"string": str, "array": list, "object": dict}[name])


class Checker:
    """Checks values against the schemas inside *root*; *spend* is called at each step and may raise."""

    def __init__(self, root: Schema, spend: Callable[[], None]) -> None:
        self._root = root
        self._spend = spend

    def valid(self, schema: Any, value: Any, depth: int = 0) -> bool:
        """Return whether *value* is valid under *schema*."""
        self._spend()
        if depth > _DEEPEST:
            raise Unmakeable("the schema refers to itself without end")
        schema = as_dict(schema)
        if "$ref" in schema and not self.valid(resolve(self._root, schema["$ref"]), value, depth + 1):
            return False
        if "const" in schema and not same(schema["const"], value):
            return False
        if "enum" in schema and not any(same(item, value) for item in schema["enum"]):
            return False
        if "type" in schema and not any(is_type(name, value) for name in types(schema)):
            return False
        return self._chosen(schema, value, depth + 1) and self._inner(schema, value, depth + 1)

    def _chosen(self, schema: Schema, value: Any, depth: int) -> bool:
        def under(part: Any) -> bool:
            return self.valid(part, value, depth)

        if "if" in schema and not under(schema.get("then" if under(schema["if"]) else "else", True)):
            return False
        return (
            all(map(under, schema.get("allOf", ())))
            and ("anyOf" not in schema or any(map(under, schema["anyOf"])))
            and ("oneOf" not in schema or sum(map(under, schema["oneOf"])) == 1)
            and not ("not" in schema and under(schema["not"]))
        )

    def _inner(self, schema: Schema, value: Any, depth: int) -> bool:
        if isinstance(value, str):
            return self._string(schema, value)
        if isinstance(value, list):
            return self._array(schema, value, depth)
        if isinstance(value, dict):
            return self._object(schema, value, depth)
        return isinstance(value, bool) or value is None or self._number(schema, value)

    def _number(self, schema: Schema, value: float) -> bool:
        of = schema.get("multipleOf")
        return (
            value >= schema.get("minimum", value)
            and value <= schema.get("maximum", value)
            and not ("exclusiveMinimum" in schema and value <= schema["exclusiveMinimum"])
            and not ("exclusiveMaximum" in schema and value >= schema["exclusiveMaximum"])
            and (of is None or (Fraction(str(value)) / Fraction(str(of))).denominator == 1)
        )

    def _string(self, schema: Schema, value: str) -> bool:
        return (
            schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
            and ("pattern" not in schema or pattern.matches(schema["pattern"], value))
            and formats.fits(schema.get("format", ""), value)
        )

    def _array(self, schema: Schema, value: list[Any], depth: int) -> bool:
        if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
            return False
        if schema.get("uniqueItems") and any(same(a, b) for i, a in enumerate(value) for b in value[:i]):
            return False
        first = schema.get("prefixItems", [])
        rest = schema.get("items", True)
        if "contains" in schema:
            count = sum(self.valid(schema["contains"], item, depth) for item in value)
            if not schema.get("minContains", 1) <= count <= schema.get("maxContains", count):
                return False
        return all(self.valid(first[i] if i < len(first) else rest, item, depth) for i, item in enumerate(value))

    def _object(self, schema: Schema, value: dict[str, Any], depth: int) -> bool:
        if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
            return False
        wanted = [*schema.get("required", ())]
        for name, others in schema.get("dependentRequired", {}).items():
            wanted += others if name in value else ()
        if any(name not in value for name in wanted):
            return False
        names = schema.get("propertyNames", True)
        return all(
            self.valid(names, name, depth)
            and all(self.valid(part, item, depth) for part in self.parts(schema, name))
            for name, item in value.items()
        )

    def parts(self, schema: Schema, name: str) -> list[Any]:
        """Return the schemas that hold for the property called *name*."""
        schemas = [part for key, part in schema.get("patternProperties", {}).items() if pattern.matches(key, name)]
        if name in schema.get("properties", {}):
            schemas.append(schema["properties"][name])
        return schemas or [schema.get("additionalProperties", True)]
