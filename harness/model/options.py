"""Options of a command: one for each field of a frozen record, whose type says what its words are converted to."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, field, fields
from functools import cache
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, get_type_hints

from overlap.harness.text.choices import choices, quoted
from overlap.harness.text.mistakes import Mistake

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Options = TypeVar("Options", bound="DataclassInstance")


def option(help_text: str, default: Any = None) -> Any:
    """Return a field that is an option, with its help; None means that nothing was asked for."""
    return field(default=default, metadata={"help": help_text})


def options_of(kind: "type[DataclassInstance]") -> list[Field[Any]]:
    """Return the fields of *kind* that are options: those that have a help text."""
    return [each for each in fields(kind) if "help" in each.metadata]


def help_of(kind: "type[DataclassInstance]", name: str) -> str:
    """Return the help of the option *name* of *kind*, for a command that has the same one."""
    return str(next(each.metadata["help"] for each in options_of(kind) if each.name == name))


def default_of(each: Field[Any]) -> Any:
    """Return what an option is if nobody gives it a value."""
    return None if each.default is MISSING else each.default


def options_from(
    kind: type[Options], given: Mapping[str, object], command: str, *, skip_blanks: bool = False
) -> Options:
    """
    Make a *kind* of *given*, whose values are strings, numbers or lists, by each field's own type.

    A list may be written with commas; *skip_blanks* passes over what is empty between two of them. Raises
    `Mistake` for a key that *command* does not have, and for a value of another kind.
    """
    types = _types(kind)
    if unknown := sorted(set(given) - set(types)):
        raise Mistake(f"no option {quoted(unknown[0])}; {choices(unknown[0], types, f'{command} --help')}")
    values = {
        name: _converted(name, *types[name], value, skip_blanks=skip_blanks)
        for name, value in given.items()
        if value is not None
    }
    return kind(**values)


@cache
def _types(kind: type) -> dict[str, tuple[type, bool]]:
    """Return the type of each field, and whether it has many of these."""
    hints = get_type_hints(kind)
    return {each.name: _type(hints[each.name]) for each in fields(kind)}


def _type(hint: Any) -> tuple[type, bool]:
    """
    Return what a value is converted to, and whether there are many.

    >>> _type(int | None), _type(tuple[str, ...])
    ((<class 'int'>, False), (<class 'str'>, True))
    """
    if get_origin(hint) is tuple:
        return get_args(hint)[0], True
    [single] = {*(get_args(hint) or (hint,))} - {NoneType}
    return single, False


def _converted(name: str, kind: type, many: bool, value: object, *, skip_blanks: bool) -> object:  # noqa: FBT001  of _type
    convert = _CONVERTERS[kind]
    try:
        if not many:
            return convert(value)
        parts = value.split(",") if isinstance(value, str) else value
        listed = parts if isinstance(parts, list | tuple) else [parts]
        converted = (convert(part.strip() if isinstance(part, str) else part) for part in listed)
        return tuple(each for each in converted if each != "" or not skip_blanks)
    except (TypeError, ValueError, OverflowError):
        raise Mistake(f"{name} cannot be {quoted(value)}") from None


def _text(value: Any) -> str:
    """Return *value* as a text that can be in a file and on a command line; a list or a table is none."""
    if isinstance(value, bool | list | tuple | dict):
        raise TypeError(value)
    text = str(value)
    text.encode()
    if "\0" in text:
        raise ValueError(text)
    return text


def _number(value: Any) -> float:
    if isinstance(value, bool):
        raise TypeError(value)
    return float(value)


def _path(value: Any) -> Path:
    if "\0" in str(value) or value == "":
        raise ValueError(value)
    return Path(value)


def _whole(value: Any) -> int:
    """Convert to a whole number; a file's `true` or `1.5` is none."""
    if isinstance(value, bool | float):
        raise TypeError(value)
    return int(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


_CONVERTERS: Mapping[type, Callable[[object], object]] = {
    str: _text,
    int: _whole,
    float: _number,
    Path: _path,
    bool: _flag,
}
"""By Python's own rules for numbers in words (`1_000`, ` 7`), which a decoder of JSON does not have."""
