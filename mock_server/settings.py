"""Reading `name,key=value,key=value`: which entry of a registry, and with which settings."""

import inspect
import math
from collections.abc import Callable
from typing import Any, NamedTuple

from mock_server import registry

LONGEST = 3600.0
"""The largest number a setting takes: an hour, for the many that are times in seconds."""


class BadSetting(ValueError):
    """A setting that cannot be used, told in one line that names it and what there is."""


class Chosen(NamedTuple):
    """An entry's function, and the settings it is to be called with."""

    name: str
    function: Callable[..., Any]
    settings: dict[str, Any]


def chosen(folder: str, words: str, function: str, given: int, others: str = "") -> Chosen:
    """
    Answer what *words* choose in *folder*: the entry's *function*, whose first *given* arguments are no settings.

    Settings may also be meant for a function of the name *others*, and are then checked and left out.

    >>> chosen("mock_server.profiles", "steady,itl=0.05", "offsets", given=2).settings
    {'itl': 0.05}
    """
    name, *pairs = [word.strip() for word in words.split(",")]
    try:
        entry = registry.load(folder, name)
    except LookupError as unknown:
        raise BadSetting(str(unknown)) from None
    call = getattr(entry, function, None)
    if call is None:
        raise BadSetting(f"{name} has no {function} of its own")
    wanted = defaults(call, given)
    there = wanted | (defaults(getattr(entry, others), given + 1) if others else {})
    found: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals:
            raise BadSetting(f"{pair!r} in {words!r} is no setting; settings are spelled key=value")
        if key not in there:
            keys = ", ".join(f"{k}={default}" for k, default in there.items()) or "none"
            raise BadSetting(f"{name} has no setting {key!r}; it has: {keys}")
        found[key] = value(f"{name},{key}", text, there[key])
    return Chosen(name, call, {key: setting for key, setting in found.items() if key in wanted})


def defaults(call: Callable[..., Any], given: int) -> dict[str, Any]:
    """Answer the settings of an entry's function with their defaults: all its arguments but the first *given*."""
    there = list(inspect.signature(call).parameters.values())[given:]
    return {p.name: p.default for p in there if p.kind is not p.VAR_KEYWORD}


def value(key: str, text: str, default: Any) -> Any:
    """Answer *text* as the type that *default* has: a number from 0 to 3600, or words."""
    if isinstance(default, str):
        return text
    try:
        number = float(text)
    except ValueError:
        raise BadSetting(f"{key}={text}: not a number") from None
    if not math.isfinite(number) or not 0 <= number <= LONGEST:
        raise BadSetting(f"{key}={text}: must be from 0 to {LONGEST:g}")
    if isinstance(default, int):
        if number != int(number):
            raise BadSetting(f"{key}={text}: must be a whole number")
        return int(number)
    return number
