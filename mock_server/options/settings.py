"""Reading `name,key=value,key=value`: which entry of a registry, and with which settings."""

import inspect
import math
from collections.abc import Callable
from typing import Any, NamedTuple

from overlap.mock_server.options import registry
from overlap.mock_server.options.permits import CLIENT, Permits, parsed
from overlap.mock_server.options.shown import reason, single_line

LONGEST = 3600.0
"""The largest number a setting takes: an hour, for the many that are times in seconds."""


class BadSetting(ValueError):
    """A setting that cannot be used; the message is one line that names it and what there is."""

    def __init__(self, message: object) -> None:
        super().__init__(single_line(message))


class Chosen(NamedTuple):
    """An entry's function, and the settings it is to be called with."""

    name: str
    function: Callable[..., Any]
    settings: dict[str, Any]


def chosen(  # noqa: PLR0913, PLR0917 - where to look, what for, and on whose behalf
    folder: str, words: str, function: str, given: int, others: str = "", permits: Permits = CLIENT
) -> Chosen:
    """
    Return what *words* choose in *folder*: the entry's *function*, whose first *given* arguments are no settings.

    Settings may also be meant for a function of the name *others*, and are then checked and left out. *permits*
    say what may be chosen besides the folder's entries and numbers.

    >>> chosen("overlap.mock_server.profiles", "steady,itl=0.05", "offsets", given=2).settings
    {'itl': 0.05}
    """
    name, pairs = parsed(words)
    try:
        entry = registry.load(folder, name, permits)
    except LookupError as unknown:
        raise BadSetting(unknown) from None
    call = getattr(entry, function, None)
    if not callable(call):
        raise BadSetting(f"{name} has no {function} of its own")
    wanted = defaults(call, given)
    there = wanted | (defaults(getattr(entry, others), given + 1) if others else {})
    settings_by_key: dict[str, Any] = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals:
            raise BadSetting(f"{pair!r} in {words!r} is no setting; settings are spelled key=value")
        if key not in there:
            keys = ", ".join(f"{k}={default}" for k, default in there.items()) or "none"
            raise BadSetting(f"{name} has no setting {key!r}; it has: {keys}")
        settings_by_key[key] = value(f"{name},{key}", text, there[key])
        if isinstance(settings_by_key[key], str):
            _permitted(entry, name, key, text, permits)
    return Chosen(name, call, {key: setting for key, setting in settings_by_key.items() if key in wanted})


def _permitted(entry: object, name: str, key: str, text: str, permits: Permits) -> None:
    """Refuse words that are neither on the entry's own list (`WORDS`) nor permitted: they may name a file."""
    allowed = getattr(entry, "WORDS", {}).get(key)
    if allowed is not None:
        if text not in allowed:
            raise BadSetting(f"{name},{key}={text}: there are: {', '.join(allowed)}")
    elif not permits.text(name, key, text):
        raise BadSetting(f"{name},{key}={text}: only whoever starts the server can set this")


def defaults(call: Callable[..., Any], given: int) -> dict[str, Any]:
    """Return the settings of an entry's function with their defaults: all its arguments but the first *given*."""
    try:
        there = list(inspect.signature(call).parameters.values())[given:]
    except (TypeError, ValueError):
        raise BadSetting(f"{call!r}: nobody can tell which settings it has") from None
    return {p.name: p.default for p in there if p.kind is not p.VAR_KEYWORD}


def value(key: str, text: str, default: Any) -> Any:
    """Return *text* as the type that *default* has: a number from 0 to 3600, or words."""
    if isinstance(default, str):
        return text
    try:
        number = float(text) if text.isascii() else math.nan
    except ValueError:
        raise BadSetting(f"{key}={text}: not a number") from None
    if not math.isfinite(number) or not 0 <= number <= LONGEST:
        raise BadSetting(f"{key}={text}: must be from 0 to {LONGEST:g}")
    if isinstance(default, int):
        if number != int(number):
            raise BadSetting(f"{key}={text}: must be a whole number")
        return int(number)
    return number


def tried(words: str, call: Callable[[], object]) -> None:
    """Call once what *words* describe, so that whatever it raises is told before it is needed."""
    try:
        call()
    except (BadSetting, KeyboardInterrupt):
        raise
    except BaseException as wrong:
        raise BadSetting(f"{words}: {reason(wrong)}") from wrong
