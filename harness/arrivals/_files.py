"""
Reads recorded traffic: a CSV file as Azure or BurstGPT publish it, or Mooncake's JSON lines.

    Azure      TIMESTAMP,ContextTokens,GeneratedTokens          a date and time
    BurstGPT   Timestamp,…,Request tokens,Response tokens,…     seconds
    Mooncake   {"timestamp": …, "input_length": …, "output_length": …, "hash_ids": […]}     milliseconds

Columns are found by their names, whatever stands between them. `hash_ids`, sessions and models are not played.
"""

import csv
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from overlap.harness.host.input_files import MIB, checked
from overlap.harness.text import fast_json
from overlap.harness.text.mistakes import Mistake

LONGEST = 1_000_000
LARGEST = 4096 * MIB
_CSV = (
    ("timestamp", "contexttokens", "generatedtokens"),
    ("timestamp", "request tokens", "response tokens"),
)
_JSON = ("timestamp", "input_length", "output_length")


class TraceRow(NamedTuple):
    """One recorded call: ns after the recording's first one, its prompt's length and its answer's, in tokens."""

    at: int
    prompt: int
    output: int


@lru_cache(maxsize=4)
def rows(path: str) -> tuple[TraceRow, ...]:
    """
    Read the file at *path*. Raises ValueError, in one line that names the file and the line.

    An answer of 0 tokens, which is how a recording has a call that failed, is played as one token.
    """
    try:
        with checked(Path(path), LARGEST).open(encoding="utf-8-sig", newline="") as file:
            first = file.readline(LONGEST)
            file.seek(0)
            entries = tuple(_checked(path, _json(file) if first.lstrip().startswith("{") else _csv(path, file)))
    except Mistake as wrong:
        raise ValueError(str(wrong)) from None
    except OSError as wrong:
        raise ValueError(f"{path}: {wrong.strerror}") from wrong
    except (UnicodeDecodeError, csv.Error) as wrong:
        raise ValueError(f"{path}: not a text file of known traffic: {wrong}") from wrong
    if not entries:
        raise ValueError(f"{path}: there is no call in it")
    return entries


Fields = tuple[Any, Any, Any]


def _csv(path: str, file: Any) -> Iterator[tuple[int, Callable[[], Fields]]]:
    reader = csv.reader(file)
    head = [name.strip().lower() for name in next(reader, [])]
    named = next((names for names in _CSV if set(names) <= set(head)), None)
    if named is None:
        there = " or ".join(", ".join(names) for names in _CSV)
        raise ValueError(f"{path}, line 1: no header with {there}")
    places = [head.index(name) for name in named]
    for line in reader:
        if line:
            yield reader.line_num, lambda line=line: tuple(line[place] for place in places)  # type: ignore[misc]


def _json(file: Any) -> Iterator[tuple[int, Callable[[], Fields]]]:
    for number, line in enumerate(file, 1):
        if line.strip():
            yield number, lambda line=line: _members(line)  # type: ignore[misc]


def _members(line: str) -> Fields:
    fact = fast_json.loads(line)
    at, prompt, output = (fact[name] for name in _JSON)
    return float(at) / 1e3, prompt, output


def _checked(path: str, lines: Iterator[tuple[int, Callable[[], Fields]]]) -> Iterator[TraceRow]:
    first = last = None
    for number, fields in lines:
        try:
            at, prompt, output = fields()
            moment, sizes = _moment(at), (_size(prompt), _size(output))
        except (ValueError, KeyError, TypeError, IndexError) as wrong:
            raise ValueError(f"{path}, line {number}: {_said(wrong)}") from wrong
        if last is not None and moment < last:
            raise ValueError(f"{path}, line {number}: earlier than the line before it; sort the file by time")
        first, last = moment if first is None else first, moment
        yield TraceRow(moment - first, sizes[0], max(1, sizes[1]))


def _said(wrong: Exception) -> str:
    if isinstance(wrong, KeyError):
        return f"no {wrong.args[0]!r}"
    return "too few columns" if isinstance(wrong, IndexError) else str(wrong)


def _moment(value: Any) -> int:
    """Return ns since some fixed time, of a number of seconds or a date and time."""
    try:
        return round(float(value) * 1e9)
    except (ValueError, OverflowError):
        moment = datetime.fromisoformat(str(value).strip())
        # Without a zone it is taken as UTC, which has no hour that comes twice.
        return round((moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp() * 1e6) * 1000  # noqa: UP017  3.10


def _size(value: Any) -> int:
    """Return a number of tokens."""
    size = int(value)
    if not 0 <= size <= LONGEST:
        raise ValueError(f"{size} tokens is no length; it lies between 0 and {LONGEST}")
    return size
