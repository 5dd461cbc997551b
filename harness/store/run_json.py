"""The shape of run.json: an entry of another kind would fail later, in some section; it is left out and told."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

# The largest number that is shown: whatever is larger was not counted by us.
_MOST = 2**63


@dataclass(frozen=True, slots=True)
class Each:
    """Every value of a list, or of an object, is of this shape."""

    shape: Any


def _text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST


def _count_if_known(value: object) -> bool:
    return value is None or _count(value)


def _number(value: object) -> bool:
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return value is None or (plain and isfinite(value) and abs(value) < _MOST)  # type: ignore[arg-type]


def _flag(value: object) -> bool:
    return value is None or isinstance(value, bool)


def _anything(value: object) -> bool:
    """Return whether all numbers in *value* can be shown."""
    if isinstance(value, Mapping):
        return all(map(_anything, value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(map(_anything, value))
    return _text(value) or _flag(value) or _number(value)


_TEXTS = Each(_text)
_COUNTS = dict.fromkeys(
    (
        *(
            "made",
            "recorded",
            "joined",
            "unsent",
            "untold",
            "untagged",
            "entries",
            "unjoined",
            "dropped",
            "missing",
        ),
        *("missing", "requests", "tokens", "estimated", "limited", "held", "refused"),
    ),
    _count,
)
_BALANCE = {**_COUNTS, "journal": _flag, "faults": _TEXTS}
_RATE = {"rate": _number, "calls": _count, "share": _number, "slot": _count}
_FOUND = {"kept": _number, "missed": _number, "whole": _flag, "tried": Each(_RATE)}

SHAPE: Mapping[str, Any] = {
    "name": _text,
    "time": _text,
    "state": _text,
    "reason": _text,
    "slots": _count,
    "entered": _count,
    "config": Each(_anything),
    "environment": {"packages": Each(_text)},
    "scenarios": Each({"question": _text, "notes": _TEXTS, "left_out": _TEXTS, "slo": Each(_number)}),
    "missing": Each({"cell": _text, "round": _count, "reason": _text}),
    "balance": _BALANCE,
    "calibration": {
        "seconds": _number,
        "fault": _text,
        "timers": Each(Each(_anything)),
        "floor": Each(
            {"client": _text, "loop": _text, "concurrency": _count, "calls": _count, "rounds": Each(Each(_number))}
        ),
        "balance": _BALANCE,
    },
    "endpoint": {
        **_COUNTS,
        "base_url": _text,
        "model": _text,
        "reason": _text,
        "wait": _number,
        "budget": Each(_count),
    },
    "cut_short": {"rounds": _count, "slots": _count},
    "search": {
        **dict.fromkeys(("share", "duration", "least", "most", "precision"), _number),
        "slo": Each(_number),
        "arrivals": _text,
        "cells": Each({"cell": Each(_anything), "rounds": Each(_FOUND)}),
    },
    "load": {
        **dict.fromkeys(("calls", "due", "sent", "failed", "left", "cut"), _count_if_known),
        **dict.fromkeys(("loop", "limits"), _text),
        "failures": Each(_count),
        "notes": _TEXTS,
        "remarks": _TEXTS,
        "slo": {
            "met": _flag,
            "said": _text,
            "endpoints": Each(
                {"endpoint": _text, "met": _flag, "calls": _count_if_known, "kept": _count_if_known}
            ),
        },
    },
}
"""What each entry of run.json is, where it is there; what is not named here may be anything."""


def misfits(about: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of each entry of run.json that is not of its kind, and the place in it that is wrong."""
    for name, shape in SHAPE.items():
        if name in about and (place := _misfit(about[name], shape, name)):
            yield name, place


def _misfit(value: object, shape: Any, where: str) -> str | None:
    """Return where in *value* it is not of *shape*; None where it is."""
    if isinstance(shape, Each):
        inside = _inside(value)
        if inside is None:
            return None if value is None else where
        return next(
            (place for key, each in inside if (place := _misfit(each, shape.shape, f"{where}.{key}"))), None
        )
    if isinstance(shape, Mapping):
        if not isinstance(value, Mapping):
            return None if value is None else where
        known = ((key, value[key], inner) for key, inner in shape.items() if key in value)
        return next(
            (place for key, each, inner in known if (place := _misfit(each, inner, f"{where}.{key}"))), None
        )
    return None if shape(value) else where


def _inside(value: object) -> Iterator[tuple[object, object]] | None:
    if isinstance(value, Mapping):
        return iter(value.items())
    return iter(enumerate(value)) if isinstance(value, list) else None
