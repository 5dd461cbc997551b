"""A run's files held against one another and against run.json: nothing counts twice, or is missing untold."""

import json
import os
from dataclasses import asdict, replace

import msgspec
import pytest

from overlap.harness.commands.list import runs
from overlap.harness.model.record import Call, Cell, Served, Slot
from overlap.harness.report.build import compose
from overlap.harness.stats.summary import summarise
from overlap.harness.store import lines as store_lines
from overlap.harness.store.books import Balance
from overlap.harness.store.run_about import about_from
from overlap.harness.store.run_files import Unreadable, Writer, line, read, slot_line

CELL = Cell("s", "chain", "gather", "asyncio", 2)
OTHER = replace(CELL, client="floor")


def _call(turn, index, cell=CELL):
    sent = 10**9 * (turn + 1) + index
    return Call(cell.id, turn, index, sent, sent + 100, served=(Served(sent + 10, (5,), (6,), 7),))


def _slot(turn, calls, cell=CELL):
    return Slot(cell.id, turn, 0, len(calls), 10**9 * (turn + 1), 10**9 * (turn + 1) + 200, 9, requests=len(calls))


@pytest.fixture
def folder(tmp_path):
    """Three rounds of a cell, four calls each, and what run.json says of them."""
    books = Balance()
    with Writer(tmp_path / "run") as writer:
        for turn in range(3):
            calls = [_call(turn, index) for index in range(4)]
            writer.slot(_slot(turn, calls), calls)
            books.add(4, calls, 0, 0)
        facts = {"name": "run", "state": "finished", "slots": 3, "entered": 3, "cells": [asdict(CELL)]}
        writer.about(msgspec.structs.replace(about_from(facts)[0], balance=books.on_file()))
    return tmp_path / "run"


def _lines(folder, name):
    return (folder / name).read_bytes().splitlines(keepends=True)


def _books(run):
    [lead] = [each.lead for each in compose(summarise(run), draw=False).sections if "books" in each.title]
    return lead


def test_a_whole_run_has_nothing_to_tell(folder):
    """The books of what was read balance."""
    run = read(folder)
    assert run.faults == ()
    assert _books(run) == "The books balance: 12 calls made, 12 recorded, 12 joined with the server's journal."


@pytest.mark.parametrize(
    ("name", "change", "calls", "told"),
    [
        ("calls.jsonl", lambda lines: lines[:0], 0, "3 slots on file have none of their calls on file"),
        ("calls.jsonl", lambda lines: lines[:-1], 11, "run.json counts 12 calls recorded, and on file are 11"),
        ("calls.jsonl", lambda lines: lines[:8], 8, "1 slot on file has none of its calls on file"),
        ("calls.jsonl", lambda lines: lines + lines, 12, "12 lines of calls.jsonl are there twice and count once"),
        ("calls.jsonl", lambda lines: [*lines, lines[3]], 12, "1 line of calls.jsonl is there twice"),
        ("calls.jsonl", lambda lines: lines[1:], 11, "the calls of a slot (s/chain/gather/asyncio/2, round 1)"),
        ("slots.jsonl", lambda lines: lines[:0], 0, "run.json says that 3 slots were measured, and 0 are on file"),
        ("slots.jsonl", lambda lines: lines[:2], 8, "4 calls on file are of no slot on file, and are left out"),
        ("slots.jsonl", lambda lines: lines + lines, 12, "3 lines of slots.jsonl are there twice and count once"),
    ],
)
@pytest.mark.parametrize("sealed", [True, False], ids=["format 2", "format 1"])
def test_what_is_missing_or_doubled_is_told_and_never_counted(
    folder, old_format, name, change, calls, told, sealed
):
    """By files with checksums and by those without; the books do not balance then."""
    (folder / name).write_bytes(b"".join(change(_lines(folder, name))))
    if not sealed:
        old_format(folder)
    run = read(folder)
    assert len(run.calls) == calls
    if sealed or "the calls of a slot" not in told:
        assert any(each.startswith(told) for each in run.faults), run.faults
    assert run.faults
    assert _books(run).startswith("The books do not balance: ")


def test_a_changed_digit_leaves_the_slot_out_of_every_figure(folder):
    """A call that lasted ten times as long would move the median; the slot carries the reason instead."""
    content = (folder / "calls.jsonl").read_bytes()
    (folder / "calls.jsonl").write_bytes(content.replace(b'"done":2000000101', b'"done":2000009101'))
    run = read(folder)
    assert [slot.error for slot in run.slots] == [
        None,
        "its calls are not as they were written: the checksum differs",
        None,
    ]
    [cell] = summarise(run).cells
    assert (cell.rounds, cell.calls) == (2, 8)
    assert cell.doubts[0].startswith("1 of 3 rounds is left out; the first because: its calls are not")


def test_a_changed_slot_is_left_out_and_told(folder):
    """Nothing says any more how long it took, or how much CPU."""
    lines = _lines(folder, "slots.jsonl")
    lines[0] = lines[0].replace(b'"cpu":9', b'"cpu":8')
    (folder / "slots.jsonl").write_bytes(b"".join(lines))
    run = read(folder)
    assert [slot.round for slot in run.slots] == [1, 2]
    assert run.faults[0] == ("1 line of slots.jsonl changed since it was written and is left out (line 1)")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            replace(_call(0, 9), done=5),
            "says what cannot be and is left out (line 13: it was done before it was sent)",
        ),
        (_call(0, 9, OTHER), "is of a cell that run.json does not name, and is left out (line 13: s/floor/"),
    ],
)
def test_a_record_that_cannot_be_is_left_out_and_told(folder, call, told):
    """It is measured by nobody."""
    with (folder / "calls.jsonl").open("ab") as file:
        file.write(line(call))
    run = read(folder)
    assert len(run.calls) == 12
    assert told in run.faults[0]


def test_a_slot_of_an_unknown_cell_is_left_out_and_told(folder):
    """Even with its checksums right."""
    calls = [_call(0, 0, OTHER)]
    with Writer(folder) as writer:
        writer.slot(_slot(0, calls, OTHER), calls)
    run = read(folder)
    assert len(run.slots) == 3
    assert run.faults[0].startswith("1 line of slots.jsonl is of a cell that run.json does not name")


def test_a_run_that_was_killed_is_told_apart_from_one_that_lost_something(folder):
    """The calls of the slot that was being written are usual; those of an earlier one are not."""
    about = read(folder).about
    with Writer(folder) as writer:
        writer.about(
            msgspec.structs.replace(about, state="running", entered=0, balance=Balance().on_file(), sum=None)
        )
        going = read(folder)
    assert (going.going, going.unended) == (True, "the run has not ended yet: this is what was measured until now")
    with (folder / "calls.jsonl").open("ab") as file:
        file.write(line(_call(3, 0)))
    run = read(folder)
    assert run.faults == ()
    assert _books(run) == (
        "The run was killed: this is what was measured until then. The books are not closed; "
        "on file are 12 recorded, 12 joined with the server's journal."
    )
    (folder / "slots.jsonl").write_bytes(b"".join(_lines(folder, "slots.jsonl")[1:]))
    assert read(folder).faults == ("4 calls on file are of no slot on file, and are left out",)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"cut_short": 1}, "run.json: cut_short is no record, so cut_short is left out"),
        ({"balance": {"made": "x"}}, "run.json: balance.made cannot be"),
        ({"balance": {"made": -1}}, "run.json: balance.made cannot be"),
        ({"load": {"due": "x"}}, "run.json: load.due cannot be"),
        ({"load": {"slo": {"endpoints": [{"kept": -1}]}}}, "run.json: load.slo.endpoints[0].kept cannot be"),
        ({"missing": [{"cell": 5}]}, "run.json: missing[0].cell cannot be 5, so missing is left out"),
        (
            {"calibration": {"timers": [{"lag": {"p50": True}}]}},
            "run.json: calibration.timers[0].lag.p50 cannot be true",
        ),
        ({"scenarios": {"s": {"slo": {"e2e": "fast"}}}}, "run.json: scenarios.s.slo.e2e cannot be"),
        (
            {"cells": [asdict(CELL), asdict(replace(CELL, concurrency=0))]},
            "has a concurrency of 0, and is left out",
        ),
        ({"cells": [asdict(CELL), asdict(CELL)]}, "is there twice"),
    ],
)
def test_an_entry_of_run_json_that_cannot_be_is_left_out_and_told(folder, old_format, change, told):
    """The rest of the run is read."""
    run = read(old_format(folder, **change))
    assert any(told in each for each in run.faults), run.faults
    assert (run.cells, len(run.calls)) == ((CELL,), 12)
    compose(summarise(run), draw=False)


def test_a_run_json_that_was_changed_is_told(folder):
    """A number in it stands in the report, too."""
    path = folder / "run.json"
    path.write_text(path.read_text().replace('"concurrency": 2', '"concurrency": 3'))
    assert read(folder).faults[0] == "run.json changed since it was written"


def test_a_run_without_checksums_says_so_in_its_books(folder, old_format):
    """It is read as it is, and is whole as far as can be told."""
    old_format(folder)
    for name, keys in (("slots.jsonl", ("lines", "calls_sum", "sum")),):
        facts = [json.loads(each) for each in _lines(folder, name)]
        old = [{key: value for key, value in fact.items() if key not in keys} for fact in facts]
        (folder / name).write_text("".join(json.dumps(each) + "\n" for each in old))
    run = read(folder)
    assert (run.faults, len(run.calls), run.sealed) == ((), 12, False)
    [books] = [each for each in compose(summarise(run), draw=False).sections if "books" in each.title]
    assert books.lead.startswith("The books balance")
    assert "carry no checksums" in books.note


def test_a_slots_line_has_the_checksum_of_its_calls_as_they_were_written():
    """By hand: crc32 over both lines, one after the other."""
    from zlib import crc32

    lines = [line(_call(0, 0)), line(_call(0, 1))]
    fact = json.loads(slot_line(_slot(0, [1, 2]), lines))
    assert (fact["lines"], fact["calls_sum"]) == (2, f"{crc32(lines[0] + lines[1]):08x}")


@pytest.mark.parametrize("name", ["calls.jsonl", "slots.jsonl"])
@pytest.mark.parametrize(
    ("make", "what"),
    [(os.mkdir, "a folder"), (os.mkfifo, "a pipe"), (lambda path: path.symlink_to("/dev/zero"), "a device")],
)
def test_what_is_no_file_of_lines_is_told_and_neither_waited_for_nor_read_without_end(folder, name, make, what):
    """A pipe has no end until somebody writes to it, and a device may have none at all."""
    (folder / name).unlink()
    make(folder / name)
    run = read(folder)
    assert run.calls == ()
    assert f"cannot read {name}: it is" in run.faults[0]
    assert what in run.faults[0]


def test_a_line_longer_than_any_can_be_is_left_out_piece_by_piece(folder, monkeypatch):
    """A hole in a file, such as a copy that broke off leaves, may be larger than the memory."""
    monkeypatch.setattr(store_lines, "LONGEST", 2_000)
    lines = _lines(folder, "calls.jsonl")
    (folder / "calls.jsonl").write_bytes(b"".join([*lines[:4], b"\0" * 9_000 + b"\n", *lines[4:], b"\0" * 2_000]))
    run = read(folder)
    assert len(run.calls) == 12
    assert run.damaged == 2
    assert run.faults == ("2 lines of calls.jsonl could not be read and are left out (the first is line 5)",)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_a_run_json_that_is_no_file_is_refused_at_once(folder, make):
    """And a list of runs goes on to the others."""
    (folder / "run.json").unlink()
    make(folder / "run.json")
    with pytest.raises(Unreadable, match=r"cannot read .*run\.json: it is"):
        read(folder)
    assert list(runs(folder.parent)) == [("run", "run.json cannot be read")]
