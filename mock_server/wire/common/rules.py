"""What a field of a request may hold: rules, each with the refusal OpenAI would send."""

from collections.abc import Callable, Mapping
from typing import Any

from overlap.mock_server.wire.common import errors, spelling

Rule = Callable[[str, Any], None]
BIGGEST = 1_000_000
# Not OpenAI's: what a caller tells this server through `extra_body`. The server reads it, not the wire.
OWN = "overlap"


def check(
    request: dict[str, Any], rules: Mapping[str, Rule], within: str = "", first: Callable[[], object] | None = None
) -> None:
    """
    Refuse *request* where a field is unknown or breaks its rule; null counts as absent.

    An unknown field is told before a broken rule, and broken rules in the order of *rules*, which is the order
    measured against OpenAI. *within* is the path of the object, as in `stream_options.`; *first* refuses what is
    told before any broken rule, and is asked only where there is one.
    """
    try:
        for name, value in request.items():
            rule = rules[name]
            if value is not None:
                rule(within + name, value)
    except (KeyError, errors.ApiError):
        unknown = [name for name in request if name not in rules]
        if unknown:
            raise spelling.unknown(within, unknown[0], rules, request) from None
        if first is not None:
            first()
        for name, rule in rules.items():
            if request.get(name) is not None:
                rule(within + name, request[name])


def anything(where: str, value: Any) -> None:
    """Take whatever it is: a field this server knows and has no use for."""


def boolean(where: str, value: Any) -> None:
    """Take true and false."""
    if not isinstance(value, bool):
        raise errors.wrong_type(where, "a boolean", value)


def string(where: str, value: Any) -> None:
    """Take text."""
    if not isinstance(value, str):
        raise errors.wrong_type(where, "a string", value)


def mapping(where: str, value: Any) -> None:
    """Take an object, whatever is in it."""
    if not isinstance(value, dict):
        raise errors.wrong_type(where, "an object", value)


def objects(where: str, value: Any, what: str = "objects") -> None:
    """Take an array of objects."""
    if not isinstance(value, list):
        raise errors.wrong_type(where, f"an array of {what}", value)
    for i, item in enumerate(value):
        if not isinstance(item, dict):
            raise errors.wrong_type(f"{where}[{i}]", "an object", item)


def integer(least: int, most: int = BIGGEST) -> Rule:
    """Take integers from *least* to *most*."""

    def rule(where: str, value: Any) -> None:
        if type(value) is not int:
            raise errors.wrong_type(where, "an integer", value)
        if not least <= value <= most:
            raise errors.out_of_range(where, value, least, most, "integer")

    return rule


def decimal(least: float, most: float) -> Rule:
    """Take numbers from *least* to *most*."""

    def rule(where: str, value: Any) -> None:
        if type(value) is not float and type(value) is not int:
            raise errors.wrong_type(where, "a decimal", value)
        if not least <= value <= most:
            raise errors.out_of_range(where, value, least, most, "decimal")

    return rule


def one_of(*names: str) -> Rule:
    """Take one of a few words."""
    allowed = frozenset(names)

    def rule(where: str, value: Any) -> None:
        if not isinstance(value, str):
            raise errors.wrong_type(where, f"one of {spelling.series(names, 'or')}", value)
        if value not in allowed:
            raise errors.wrong_value(where, value, names)

    return rule


def metadata(where: str, value: Any) -> None:
    """Take up to 16 pairs of short texts."""
    if not isinstance(value, dict):
        raise errors.wrong_type(where, "a metadata object", value)
    if len(value) > 16:
        message = (
            f"Invalid '{where}': too many properties. Expected an object with at most 16 properties, "
            f"but got an object with {len(value)} properties instead."
        )
        raise errors.bad_request(message, where, "object_above_max_properties")
    for name, item in value.items():
        if len(name) > 64:
            message = (
                f"Invalid property name in '{where}': '{name[:3]}...{name[-3:]}' is too long. "
                f"Expected a string with maximum length 64, but got a string with length {len(name)} instead."
            )
            raise errors.bad_request(message, f"{where}.{name}", "property_name_above_max_length")
        string(f"{where}.{name}", item)
        if len(item) > 512:
            raise errors.too_long(f"{where}.{name}", len(item), 512)


def required(request: Mapping[str, Any], name: str, within: str = "") -> Any:
    """Return a field that must be there."""
    value = request.get(name)
    if value is None:
        raise errors.missing(within + name)
    return value
