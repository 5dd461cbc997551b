"""
JSON by orjson, and by the standard library in an application's own environment, which may have none.

Both refuse the same texts and write the same values, so that a worker says the same under either.
"""

import json
from array import array
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any

import overlap

orjson: Any = None
# In an application's environment (`worker/standalone`) a module of this name may be anything.
if not hasattr(overlap, "STANDALONE"):
    import orjson


def _constant(name: str) -> Any:
    raise json.JSONDecodeError(f"{name} is no JSON", name, 0)


def _plain_loads(text: bytes | str) -> Any:
    """Return the value of a JSON text; refuse NaN and halves of surrogate pairs, which JSON does not have."""
    words = text.decode() if isinstance(text, bytes) else text
    value = json.loads(words, parse_constant=_constant)
    if "\\ud" in words.lower():
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise json.JSONDecodeError("lone surrogate", "", 0) from None
    return value


def _plain_dumps(value: object) -> bytes:
    return json.dumps(value, default=unknown_to_json, ensure_ascii=False, separators=(",", ":")).encode()


def unknown_to_json(value: Any) -> object:
    """Return *value*, a dataclass or an array or another iterable, as something that JSON has."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return value.tolist() if isinstance(value, array) else list(value)


loads: Callable[[bytes | str], Any] = orjson.loads if orjson else _plain_loads
"""Return the value of a JSON text. Raises ValueError, or RecursionError for a text that is nested too deeply."""

dumps: Callable[[object], bytes] = partial(orjson.dumps, default=unknown_to_json) if orjson else _plain_dumps
"""Return a value as JSON, in UTF-8 and without spaces; dataclasses are objects, arrays of times are arrays."""
