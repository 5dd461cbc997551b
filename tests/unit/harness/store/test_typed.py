"""JSON becomes a record of the types that its annotations name, or is told with the place that is wrong."""

from array import array
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

import orjson
import pytest

from overlap.harness.model.record import Call, Cell, Lag, Served, Slot
from overlap.harness.store.json_records import call_from, line, served_from, slot_from
from overlap.harness.store.run_files import Unreadable, read
from overlap.harness.store.typed import Misfit, typed
from overlap.harness.text.mistakes import Mistake


class Odd(Mistake, ValueError):
    """A record's own refusal."""


@dataclass(frozen=True)
class Inner:
    """A record that refuses some numbers."""

    number: int
    share: float | None = None

    def __post_init__(self):
        if self.number < 0:
            raise Odd("number must be at least 0")


@dataclass(frozen=True)
class Outer:
    """A record of records, in a list and by name."""

    kind: Literal["a", "b"]
    rows: tuple[Inner, ...] = ()
    named: Mapping[str, Inner] = field(default_factory=dict)
    by_round: Mapping[int, str] = field(default_factory=dict)


def test_a_record_is_made_of_its_json_and_what_a_newer_version_added_is_passed_over():
    """Whole numbers are numbers; keys that are numbers come back as such."""
    found = {"kind": "a", "mood": 1, "rows": [{"number": 1, "share": 1, "luck": 2}], "by_round": {"3": "x"}}
    assert typed(found, Outer) == Outer("a", (Inner(1, 1.0),), {}, {3: "x"})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "it.kind is not there"),
        ({"kind": "c"}, 'it.kind cannot be "c"'),
        (None, "it is not there"),
        ([], "it is no record"),
        ({"kind": "a", "rows": [{"number": 1}, {"number": 1.0}]}, "it.rows[1].number cannot be 1.0"),
        ({"kind": "a", "rows": [{"number": True}]}, "it.rows[0].number cannot be true"),
        ({"kind": "a", "rows": [{"number": 1, "share": False}]}, "it.rows[0].share cannot be false"),
        ({"kind": "a", "rows": [{}]}, "it.rows[0].number is not there"),
        ({"kind": "a", "rows": [3]}, "it.rows[0] is no record"),
        ({"kind": "a", "rows": [{"number": -1}]}, "it.rows[0].number must be at least 0"),
        ({"kind": "a", "rows": {}}, "it.rows cannot be {}"),
        ({"kind": "a", "named": {"x": {"number": 1}, "y": {"number": "1"}}}, 'it.named.y.number cannot be "1"'),
        ({"kind": "a", "by_round": {"3": "x", "4": 5}}, "it.by_round.4 cannot be 5"),
        ({"kind": "a", "by_round": {"3": "x", "z": "y"}}, "it.by_round has 'z' where a number is due"),
        ({"kind": "x" * 300}, 'it.kind cannot be "' + "x" * 39),
    ],
)
def test_a_value_of_another_type_is_told_with_its_place_in_one_line(value, message):
    """The place is written as one would write it to get there; a long value is cut."""
    with pytest.raises(Misfit) as wrong:
        typed(value, Outer, "it")
    assert str(wrong.value) == message


CALL = Call(
    "c", 0, 1, 5, 9, chunks=array("q", [1, 2]), served=(Served(6, array("q", [1]), array("q", [2]), 3, tokens=1),)
)


def test_records_come_back_as_they_were_written_with_their_times_in_arrays():
    """An array takes eight bytes a time; a list of numbers takes five times as much."""
    back = call_from(orjson.loads(line(CALL)))
    assert back == CALL
    assert {type(back.chunks), type(back.served[0].planned), type(back.served[0].written)} == {array}
    slot = Slot("c", 0, 0, 1, 5, 9, 1, lag=Lag(1, None, 2, 3), steal=0.5)
    assert slot_from(orjson.loads(line(slot))) == slot


@pytest.mark.parametrize("name", ["cell", "round", "sent", "done", "warmup", "ended", "usage", "error"])
def test_a_call_with_a_value_of_another_type_is_no_call(name):
    """It would fail later, in some sum."""
    with pytest.raises(Misfit, match=rf"^{name} cannot be \[1\]$"):
        call_from({**orjson.loads(line(CALL)), name: [1]})


@pytest.mark.parametrize("value", ["abc", b"12345678", 1.5, [1.5], ["1"], {"1": 2}, [None], [2**63]])
def test_times_are_whole_numbers_of_64_bits(value):
    """Eight letters would be taken for one number by an array."""
    fact = orjson.loads(line(CALL))
    with pytest.raises((TypeError, OverflowError, ValueError)):
        call_from({**fact, "chunks": value})
    with pytest.raises((TypeError, OverflowError, ValueError)):
        served_from({**fact["served"][0], "planned": value})
    with pytest.raises((TypeError, OverflowError, ValueError)):
        call_from({**fact, "served": value})


def test_a_cell_of_run_json_that_is_none_is_refused_by_its_place(tmp_path):
    """One of a hundred cells would be looked for otherwise."""
    cell = asdict(Cell("s", "floor", "gather", "asyncio", 8))
    (tmp_path / "run").mkdir()
    content = {"format": 2, "cells": [cell, {**cell, "concurrency": "8"}]}
    (tmp_path / "run" / "run.json").write_bytes(orjson.dumps(content))
    with pytest.raises(Unreadable, match=r'run\.json cannot be read: cells\[1\]\.concurrency cannot be "8"$'):
        read(tmp_path / "run")


@pytest.mark.parametrize("value", [{"\ud800": {}}, {"index": 1, "\udfff": 2}])
def test_a_name_that_no_encoding_has_is_a_line_too(value):
    """JSON can spell half of a surrogate pair, and no text is made of it."""
    with pytest.raises(Misfit, match=r"^run has half of a surrogate pair where a name is due$"):
        typed(value, Cell, "run")
