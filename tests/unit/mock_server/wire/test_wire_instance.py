"""Instances of JSON schemas: valid by the judgement of pydantic, or refused."""

from datetime import date, datetime, timedelta
from enum import Enum
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated, Literal, Optional
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter, create_model

from overlap.mock_server.wire.schema import instance
from overlap.mock_server.wire.schema.merge import Unmakeable
from overlap.mock_server.wire.schema.valid import Checker


class Colour(Enum):
    """Two words."""

    RED = "red"
    BLUE = "blue"


class Node(BaseModel):
    """A tree: leads back to itself, twice."""

    value: int = Field(ge=3, lt=9)
    left: Optional["Node"] = None
    right: Optional["Node"] = None


class Child(BaseModel):
    """A part of something."""

    name: str = Field(min_length=30, max_length=40)
    kind: Literal["a", "b"]


TYPES = [
    pytest.param(kind, id=str(kind)[:50])
    for kind in (
        int,
        Annotated[int, Field(multiple_of=7, gt=20)],
        Annotated[int, Field(lt=-3)],
        Annotated[float, Field(gt=0, lt=0.001)],
        Annotated[float, Field(multiple_of=0.25, ge=0.3)],
        bool,
        None,
        Annotated[str, Field(min_length=500)],
        Annotated[str, Field(max_length=2)],
        Annotated[str, Field(pattern=r"^[A-Z]{2}\d{6}[A-Z]?$")],
        Annotated[str, Field(pattern=r"^(?:[a-z]+\.)+[a-z]{2,}$", max_length=9)],
        Annotated[str, Field(pattern=r"\d{3}-\d{4}", min_length=30)],
        datetime,
        date,
        timedelta,
        UUID,
        IPv4Address,
        IPv6Address,
        Colour,
        Literal["x", 7],
        Node,
        Child,
        list[Child],
        Annotated[list[int], Field(min_length=3, max_length=3)],
        Annotated[set[int], Field(min_length=12)],
        Annotated[set[Colour], Field(min_length=2)],
        Annotated[dict[str, Child], Field(min_length=3)],
        tuple[int, str, bool],
        Child | None,
        int | list[Child],
        Annotated[Child | Node, Field()],
        dict[str, list[tuple[Colour, Annotated[str, Field(pattern="^#[0-9a-f]{6}$")]]]],
    )
]


@pytest.mark.parametrize("kind", TYPES)
def test_an_instance_is_valid_for_the_type_the_schema_was_made_of(kind):
    """Pydantic writes the schema, this server an instance, and pydantic reads it."""
    adapter = TypeAdapter(kind)
    made = instance.make(adapter.json_schema())
    adapter.validate_json(orjson.dumps(made))


def test_every_property_of_an_object_is_there():
    """What is optional is said as well, so that callers get to see it."""
    model = create_model("Model", a=(int, ...), b=(str, "usual"), c=(list[int], []))
    assert instance.make(model.model_json_schema()).keys() == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("schema", "made"),
    [
        ({"const": {"a": [1]}}, {"a": [1]}),
        ({"enum": [None, 1]}, None),
        ({"type": "string", "examples": ["Rome"]}, "Rome"),
        ({"type": "integer", "default": 5}, 5),
        ({"type": "integer", "minimum": 3, "maximum": 3}, 3),
        ({"allOf": [{"type": "integer", "minimum": 5}, {"type": "number", "maximum": 5}]}, 5),
        ({"anyOf": [{"type": "integer", "minimum": 2, "maximum": 1}, {"const": "second"}]}, "second"),
        ({"oneOf": [{"const": 1}, {"enum": [1, 2]}]}, 2),
        ({"not": {"type": ["string", "object", "array", "number"]}}, True),
        ({"type": "array", "contains": {"const": 5}, "maxItems": 1}, [5]),
        ({"type": "array", "items": {"enum": [1, 2, 3]}, "minItems": 3, "uniqueItems": True}, [1, 2, 3]),
        ({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}], "items": False}, [1, 2]),
        ({"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"const": 9}}}, 9),
        ({"minProperties": 2, "additionalProperties": {"const": 0}}, {"key_1": 0, "key_2": 0}),
        ({"type": "object", "required": ["x1"], "patternProperties": {"^x": {"const": 1}}}, {"x1": 1}),
        ({"type": "string", "format": "email", "minLength": 24}, "someoneaaaaa@example.com"),
        (
            {
                "if": {"properties": {"k": {"const": 1}}},
                "then": {"required": ["y"]},
                "properties": {"k": {"const": 1}},
            },
            {"k": 1, "y": "The waits of many"},
        ),
    ],
)
def test_the_first_instance_is_the_plain_one(schema, made):
    """Worked by hand: what each keyword leads to."""
    assert instance.make(schema) == made


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        (False, "no valid instance"),
        ({"enum": []}, "no valid instance"),
        ({"type": "integer", "minimum": 2, "maximum": 1}, "no valid instance"),
        ({"type": "object", "required": ["a"], "properties": {"a": False}}, "no valid instance"),
        ({"type": "foo"}, "'foo' is not a type"),
        ({"type": "string", "minLength": "a"}, "malformed"),
        ({"required": 7, "type": "object"}, "malformed"),
        ({"$ref": "http://example.com/schema"}, "leads out of the schema"),
        ({"$ref": "#/nowhere"}, "leads nowhere"),
        ({"$ref": "#"}, "refers to itself without end"),
        ({"$dynamicRef": "#x"}, "dynamic references"),
        ({"type": "string", "pattern": "("}, "not understood"),
        ({"type": "string", "pattern": r"^(\w)\1$"}, "refers to itself"),
        ({"type": "string", "pattern": "(((a{1000}){1000}){1000})"}, "too long"),
        ({"type": "string", "minLength": 10**9}, "too long a text"),
        ({"type": "array", "minItems": 10**9}, "too many items"),
    ],
)
def test_a_schema_without_a_known_instance_is_refused_with_the_reason(schema, why):
    """Nothing is made up that would be wrong, and nothing takes forever."""
    with pytest.raises(Unmakeable, match=why):
        instance.make(schema)


def test_a_required_part_that_leads_back_to_itself_is_refused():
    """No finite value is valid, and the search for one ends."""
    endless = {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]}
    with pytest.raises(Unmakeable):
        instance.make(endless)


def keywords(parts):
    """Schemas whose parts are some of *parts*."""
    return st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(
                ["string", "integer", "number", "object", "array", "null", ["null", "string"]]
            ),
            "enum": st.lists(st.integers(-3, 3) | st.text(max_size=3), max_size=3),
            "minimum": st.integers(-5, 5),
            "maximum": st.integers(-5, 9),
            "multipleOf": st.sampled_from([1, 3, 0.5, 0]),
            "minLength": st.integers(0, 9),
            "maxLength": st.integers(0, 9),
            "pattern": st.sampled_from(["^a+$", "[0-9]{3}", "^(a|b)*c$", "("]),
            "properties": st.dictionaries(st.sampled_from("abc"), parts, max_size=3),
            "required": st.lists(st.sampled_from("abcd"), max_size=3),
            "additionalProperties": parts,
            "items": parts,
            "minItems": st.integers(0, 4),
            "uniqueItems": st.booleans(),
            "anyOf": st.lists(parts, max_size=3),
            "oneOf": st.lists(parts, max_size=3),
            "allOf": st.lists(parts, max_size=2),
            "not": parts,
            "if": parts,
            "then": parts,
            "$ref": st.sampled_from(["#", "#/properties/a", "#/nope"]),
        },
    )


def around(schema, levels):
    """Lay one level after another around a schema."""
    for level in levels:
        schema = level(schema)
    return schema


# Drawn wide, not deep: a tree of parts without end is mostly drawn in vain. The depth is put around it.
LEVELS = [
    lambda part: {"properties": {"a": part}, "required": ["a"]},
    lambda part: {"type": "array", "items": part, "minItems": 1},
    lambda part: {"anyOf": [False, part]},
    lambda part: {"allOf": [part, {"not": {"const": 0}}]},
    lambda part: {"type": "object", "additionalProperties": part, "required": ["b"]},
]
wide = st.recursive(st.booleans(), keywords, max_leaves=25)
schemas = wide | st.builds(around, wide, st.lists(st.sampled_from(LEVELS), min_size=3, max_size=8))


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(schemas)
def test_any_schema_gets_a_valid_instance_or_a_refusal(schema):
    """Whatever a schema says, what is made is valid under it as it was written."""
    try:
        made = instance.make(schema)
    except Unmakeable:
        return
    assert Checker(schema, lambda: None).valid(schema, made)


def test_an_instance_is_told_as_json_and_remembered():
    """The same schema gives the same text, in every process."""
    schema = b'{"type":"object","properties":{"when":{"type":"string","format":"date"}},"required":["when"]}'
    assert instance.text(schema) == '{"when":"2025-01-31"}'
