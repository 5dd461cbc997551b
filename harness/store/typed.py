"""JSON as values of the types that a record's annotations name; a value of another type is told with its place."""

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from overlap.harness.text.mistakes import Mistake

Record = TypeVar("Record")

# How msgspec says what is wrong, and where: "Expected `int`, got `str` - at `$.series[0].round`".
_PLACE = re.compile(r" - at `(?P<key>key` in `)?\$(?P<path>[^`]*)`$")
_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>\d+)\]|(?P<any>\[\.\.\.\])")
_GOT = re.compile(r"got `(\w+)`")
_BOUND = re.compile(r"(?P<sign>[<>]=?) (?P<bound>[-+.\de]+)")
_BOUNDS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_MISSING = re.compile(r"missing required field `([^`]+)`")
_KINDS: Mapping[type, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    list: "array",
    dict: "object",
    type(None): "null",
}


class Misfit(ValueError):
    """A value is not of its type; the message is a line that names the place and the value."""


class Absent(Misfit):
    """A value that a record must have is not there; `name` is its key."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


def typed(value: object, kind: type[Record], where: str = "") -> Record:
    """
    Return the JSON *value* as a *kind*. Raises `Misfit`, whose message begins with *where* the value lies.

    Keys that *kind* does not have are passed over: a newer minor version may have written them. A whole number
    will do for a float, and nothing else will do for anything else.

    >>> typed({"3": "no power"}, dict[int, str])
    {3: 'no power'}
    >>> typed([{"seconds": 2}], list[dict[str, float]])
    [{'seconds': 2.0}]
    """
    try:
        return msgspec.convert(value, kind, str_keys=True)
    except msgspec.ValidationError as error:
        message = _sentence(value, error, where).removeprefix(".")
        missing = _MISSING.search(str(error))
        raise (Absent(message, missing[1]) if missing else Misfit(message)) from None
    except UnicodeEncodeError:
        raise Misfit(f"{where or 'it'} has half of a surrogate pair where a name is due") from None


def _sentence(whole: object, error: msgspec.ValidationError, where: str) -> str:
    """Say what is wrong in *whole*, which lies at *where*."""
    message = str(error)
    match = _PLACE.search(message)
    steps = list(_STEP.finditer(match["path"])) if match else []
    place, value = _offender(whole, steps, _wrong(message, of_key=bool(match and match["key"])))
    place = f"{where}{place}"
    # A record that refuses its own values says why itself.
    if isinstance(error.__cause__, Mistake):
        return f"{place}.{error.__cause__}"
    if missing := _MISSING.search(message):
        return f"{place}.{missing[1]} is not there"
    if match and match["key"] and isinstance(value, Mapping):
        odd = next((key for key in value if not str(key).isdecimal()), None)
        return f"{place} has {odd!r} where a number is due"
    if message.startswith("Expected `object"):
        return f"{place or 'it'} is not there" if value is None else f"{place or 'it'} is no record"
    return f"{place or 'it'} cannot be {json.dumps(value)[:40]}"


def _wrong(message: str, *, of_key: bool) -> Callable[[Any], bool]:
    """Return whether a value can be the one that *message* complains of."""
    if bound := _BOUND.search(message):
        return lambda value: not _BOUNDS[bound["sign"]](value, float(bound["bound"]))
    got = None if of_key else _GOT.search(message)
    return lambda value: got is None or _KINDS.get(type(value)) == got[1]


def _offender(whole: object, steps: list[re.Match[str]], wrong: Callable[[Any], bool]) -> tuple[str, Any]:
    """Return place and value that *steps* lead to: of several, the first that is *wrong*."""
    places = list(_places(whole, steps))
    return next((each for each in places if wrong(each[1])), places[0] if places else ("", whole))


def _places(value: Any, steps: list[re.Match[str]]) -> Iterator[tuple[str, Any]]:
    """Yield each place in *value* that *steps* may mean: of an object, msgspec does not say at which key."""
    if not steps:
        yield "", value
        return
    first, *rest = steps
    if first["any"]:
        inner = [(f".{key}", each) for key, each in value.items()] if isinstance(value, Mapping) else []
    elif first["index"]:
        inner = [(first[0], value[int(first["index"])])] if isinstance(value, list) else []
    else:
        there = isinstance(value, Mapping) and first["name"] in value
        inner = [(first[0], value[first["name"]])] if there else []
    for step, each in inner:
        for place, last in _places(each, rest):
            yield f"{step}{place}", last
