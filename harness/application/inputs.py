"""Loads the application's inputs, or makes questions, and adds each call's tag."""

import random
from collections.abc import Callable, Iterator
from functools import cache
from itertools import cycle
from json import JSONDecodeError
from pathlib import Path
from typing import Any

from overlap.harness.host.input_files import MIB, text_of
from overlap.harness.probe import Item, tag
from overlap.harness.text import fast_json
from overlap.harness.text.mistakes import Mistake

# Keys that may hold the question; if an object has none of them, its longest string is used.
KEYS = ("messages", "question", "input", "prompt", "query", "content", "text")
LARGEST = 256 * MIB
"""Most bytes of a file of inputs, because every worker holds all of it in memory."""

QUESTION_STARTS = ("Name one use of", "Describe in a sentence", "Tell a joke about", "What is the opposite of")
TOPICS = ("a paper clip", "an event loop", "a parrot", "a lighthouse", "a semaphore", "rain", "a queue")


def questions(path: str | None, seed: int) -> Iterator[Any]:
    """Yield inputs endlessly: those of the file at *path* in turn, or questions drawn by *seed*."""
    if path:
        yield from cycle(read(path))
    rng = random.Random(seed)
    while True:
        yield f"{rng.choice(QUESTION_STARTS)} {rng.choice(TOPICS)}."


@cache
def read(path: str) -> tuple[Any, ...]:
    """
    Return the inputs of a file: `.jsonl` (one JSON value a line), `.json` (one array), else one text a line.

    Blank lines are left out. An object whose only key is `input`, `question` or `prompt` is replaced by its value;
    another object is passed to the application unchanged. Raise `Mistake` that names the file, the line and the
    fault.
    """
    file = Path(path)
    text = text_of(file, LARGEST, file.name)
    inputs = tuple(_array(file, text) if file.suffix == ".json" else _lines(file, text))
    if not inputs:
        raise Mistake(f"{file.name} holds no inputs")
    return inputs


def _array(file: Path, text: str) -> Iterator[Any]:
    value = _json(file.name, text)
    if not isinstance(value, list):
        raise Mistake(f"{file.name}: an array of inputs is wanted, not {_kind(value)}")
    for number, each in enumerate(value, 1):
        yield _input(f"{file.name}, input {number}", each)


def _lines(file: Path, text: str) -> Iterator[Any]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        where = f"{file.name}, line {number}"
        yield _input(where, _json(where, line)) if file.suffix == ".jsonl" else line.strip()


def _json(where: str, text: str) -> Any:
    try:
        return fast_json.loads(text)
    except (JSONDecodeError, RecursionError) as wrong:
        if isinstance(wrong, RecursionError):
            raise Mistake(f"{where}: it is nested too deeply") from None
        at = f", line {wrong.lineno}" if "\n" in text.strip() else ""
        raise Mistake(f"{where}{at}: it is not JSON: {wrong.msg.partition(':')[0]}") from wrong


def _input(where: str, value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        [(key, only)] = value.items()
        value = only if key in {"input", "question", "prompt"} and isinstance(only, str) else value
    if value is None or value in ("", [], {}):
        raise Mistake(f"{where}: it holds nothing to ask")
    if not isinstance(value, str | dict | list):
        raise Mistake(f"{where}: a text, an object or an array is wanted, not {_kind(value)}")
    return value


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def item(index: int, question: Any, *, warmup: bool = False, draw: int | None = None) -> Item:
    """Return the call number *index* with *question*, of any type, and the tag in it; *draw* as in `probe.tag`."""
    return Item(index, tagged(question, tag(index, warmup=warmup, draw=draw)), warmup=warmup)


def tagged(value: Any, tag: str) -> Any:
    """
    Return *value* with `[call tag]` in front of its question; unchanged if it has no text.

    The question of a text is the text itself; of an object, the value of the first of `KEYS` that it has, or else
    its longest text; of an array of messages, the content of the last one; of another array, its longest text.

    >>> tagged({"messages": [{"role": "user", "content": "Why?"}]}, "000017")
    {'messages': [{'role': 'user', 'content': '[call 000017] Why?'}]}
    """
    path = _question(value)
    return value if path is None else _with(value, path, lambda text: f"[call {tag}] {text}")


def _question(value: Any) -> tuple[Any, ...] | None:
    """Return the keys and indexes that lead to the question's text; None if there is no text."""
    if isinstance(value, str):
        return ()
    if isinstance(value, dict):
        named = [key for key in KEYS if key in value]
        return _first(value, named) or _longest(value, list(value))
    if isinstance(value, list):
        messages = [place for place, each in enumerate(value) if isinstance(each, dict) and "content" in each]
        # ["user", "Why?"] is a message too.
        pair = len(value) == 2 and all(isinstance(each, str) for each in value)
        last = [1] if pair else messages[::-1]
        return _first(value, last) or _longest(value, list(range(len(value))))
    return None


def _first(value: Any, keys: list[Any]) -> tuple[Any, ...] | None:
    return next(((key, *way) for key in keys if (way := _question(value[key])) is not None), None)


def _longest(value: Any, keys: list[Any]) -> tuple[Any, ...] | None:
    ways = [(key, *way) for key in keys if (way := _question(value[key])) is not None]
    return max(ways, key=lambda way: len(_at(value, way)), default=None)


def _at(value: Any, way: tuple[Any, ...]) -> Any:
    for key in way:
        value = value[key]
    return value


def _with(value: Any, way: tuple[Any, ...], change: Callable[[str], str]) -> Any:
    """Return a copy of *value* with the text at the end of *way* changed; everything beside the way is shared."""
    if not way:
        return change(value)
    copy = value.copy()
    copy[way[0]] = _with(value[way[0]], way[1:], change)
    return copy
