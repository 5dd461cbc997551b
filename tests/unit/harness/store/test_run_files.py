"""A run's folder: what is written comes back, and damage costs no more than the lines it struck."""

import errno
import json
import os
from array import array
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from overlap.harness.model.record import Call, Cell, Lag, Pauses, Queue, Served, Slot
from overlap.harness.store import run_files
from overlap.harness.store.run_about import CellEntry, RunAbout
from overlap.harness.store.run_files import FORMAT, RESERVE, Unreadable, Unwritten, Writer, line, read

FILE = Path()
CELL = Cell("s", "chain", "gather", "uvloop", 16, "steady,ttft=0.1")
ENTRY = Served(
    10,
    array("q", [5, 9]),
    array("q", [6]),
    12,
    200,
    2,
    7,
    1,
    3,
    "req_1",
    stream=True,
    fault="cut",
    disconnected=True,
)
CALLS = [
    Call(CELL.id, 0, 0, 100, 200, due=90, chunks=array("q", [10, 20]), served=(ENTRY, ENTRY)),
    Call(CELL.id, 0, 1, 100, 130, chunks=array("q"), error="APITimeoutError: <b>late</b>", warmup=True),
]
SLOT = Slot(
    CELL.id,
    0,
    3,
    1,
    90,
    210,
    55,
    Lag(1, 2, 3, 4),
    1,
    2,
    3,
    0,
    0,
    0.01,
    None,
    Pauses(2, 30, 20),
    Queue(3, 4, 5),
    Queue(1, 6, 6),
    1,
)


def about_run(**entries):
    """Return the run.json of a run of one cell."""
    return RunAbout(**entries, cells=(CellEntry(**asdict(CELL)),))


@pytest.fixture
def folder(tmp_path):
    """A folder with one cell, one slot and its two calls."""
    with Writer(tmp_path / "run") as writer:
        writer.about(about_run(name="run"))
        writer.slot(SLOT, CALLS)
    return tmp_path / "run"


def test_a_run_comes_back_as_it_was_written(folder):
    """Every field of every record, journal entries and errors included."""
    run = read(folder)
    assert (run.cells, run.slots, run.calls, run.damaged) == ((CELL,), (SLOT,), tuple(CALLS), 0)
    assert (run.about.format, run.about.name, run.name) == (FORMAT, "run", "run")


def test_a_slot_of_a_file_from_before_a_field_was_there_is_read(folder):
    """What an older file does not say is not known: None, never a count of 0. It had no checksums either."""
    about = json.loads((folder / "run.json").read_text())
    del about["sum"]
    (folder / "run.json").write_text(json.dumps(about | {"format": 1}))
    file = folder / "slots.jsonl"
    fact = json.loads(file.read_text())
    for name in ("gc", "queue", "opened"):
        del fact[name]
    file.write_text(json.dumps(fact) + "\n")
    run = read(folder)
    assert (run.slots, run.damaged) == ((replace(SLOT, gc=None, queue=None, opened=None),), 0)


def test_a_record_is_one_line_of_json_that_other_tools_can_read(folder):
    """One object a line, numbers as numbers, text as text."""
    first = json.loads((folder / "calls.jsonl").read_text().splitlines()[0])
    assert (first["chunks"], first["served"][0]["planned"]) == ([10, 20], [5, 9])
    assert line(SLOT).endswith(b"}\n")


def test_a_run_cut_off_in_the_middle_of_a_line_keeps_the_others(folder):
    """Power lost while writing: what was whole stays, what was not is counted."""
    calls = folder / "calls.jsonl"
    calls.write_bytes(calls.read_bytes()[:-20])
    run = read(folder)
    assert (run.calls, run.damaged) == ((CALLS[0],), 1)


@pytest.mark.parametrize(
    "damage",
    [
        b"\x00\xff\xfe",
        b"null",
        b"[1, 2]",
        b"{}",
        b'{"cell": "s"}',
        b'{"cell": "s", "round": 0, "index": 0, "sent": 1, "done": 2, "chunks": ["x"]}',
        b'{"cell": "s", "round": 0, "index": 0, "sent": 1, "done": 2, "served": [{"planned": null}]}',
        b'{"cell": "s", "round": 0, "index": 0, "sent": 1, "done": 2, "served": 7}',
        b'{"cell": "s", "round": 0, "index": 0, "sent": "1", "done": 2}',
        b'{"cell": "s", "round": 0, "index": 0, "sent": 1, "done": null}',
        b'{"cell": "s", "round": [0], "index": 0, "sent": 1, "done": 2}',
        b'{"cell": "s", "round": 0, "index": 0, "sent": 1, "done": 2, "due": "soon"}',
        b'{"cell": "s", "round": 0, "index": 0, "sent": 1, "done": 2, "chunks": [99999999999999999999]}',
    ],
)
def test_a_damaged_line_is_counted_and_costs_only_itself(folder, damage):
    """No line of a file may be a reason to lose the rest, or to fail later on a number that is none."""
    with (folder / "calls.jsonl").open("ab") as file:
        file.write(damage + b"\n" + line(replace(CALLS[0], index=2)))
    run = read(folder)
    assert run.damaged == 1
    assert [call.index for call in run.calls] == [0, 1, 2]


def test_a_damaged_slot_takes_its_calls_along(folder):
    """Nothing says how long a slot took that is not on file, so its calls cannot be counted."""
    (folder / "slots.jsonl").write_bytes(b'{"cell": 1}\n')
    run = read(folder)
    assert (run.slots, run.calls, run.damaged) == ((), (), 1)


def test_calls_of_a_slot_that_was_never_finished_are_left_out(folder):
    """The process died between the calls and their slot."""
    with (folder / "calls.jsonl").open("ab") as file:
        file.write(line(replace(CALLS[0], round=1)))
    assert {call.round for call in read(folder).calls} == {0}


def test_a_run_without_slots_yet_is_a_run(tmp_path):
    """Interrupted before the first slot was done."""
    with Writer(tmp_path / "run") as writer:
        writer.about(about_run())
    run = read(tmp_path / "run")
    assert (run.cells, run.slots, run.calls) == ((CELL,), (), ())


def test_fields_from_a_later_version_are_left_out(folder):
    """An older reader takes what it knows, as long as the format's number says it may."""
    about = json.loads((folder / "run.json").read_text())
    about["cells"][0]["colour"] = "red"
    (folder / "run.json").write_text(json.dumps(about))
    fact = json.loads(line(CALLS[0])) | {"index": 9, "mood": "good"}
    with (folder / "calls.jsonl").open("a") as file:
        file.write(json.dumps(fact) + "\n")
    run = read(folder)
    assert (run.cells, run.damaged, run.calls[-1].index) == ((CELL,), 0, 9)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "holds no run.json"),
        (b"", "cannot be read"),
        (b'{"format": 1, "cells": [', "cannot be read"),
        (b"[]", "is not a run"),
        (b'{"name": "other"}', "is not a run"),
        (b'{"format": 1}', "cannot be read"),
        (b'{"format": 1, "cells": ["x"]}', "cannot be read"),
        (b'{"format": 1, "cells": [{"scenario": "s"}]}', "cannot be read"),
        (b'{"format": 999, "cells": []}', "reads up to"),
    ],
)
def test_what_holds_no_run_is_refused_with_a_reason(tmp_path, content, reason):
    """A folder of something else, half a run.json, or one from a newer version."""
    if content is not None:
        (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(Unreadable, match=reason):
        read(tmp_path)


@pytest.mark.parametrize("place", [".", "/", "there"])
def test_a_folder_cannot_be_replaced_by_a_file(tmp_path, monkeypatch, place):
    """Whoever gives a folder for a file reads so, whether or not it is spelled with a name."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    with pytest.raises(IsADirectoryError):
        run_files.replace(Path(place), b"x")
    assert list(tmp_path.iterdir()) == [tmp_path / "there"]


def test_a_second_writer_adds_to_a_run_and_overwrites_nothing(folder):
    """What was measured is kept, whoever opens the folder again."""
    with Writer(folder) as writer:
        writer.slot(replace(SLOT, round=1), [replace(CALLS[0], round=1)])
    assert [slot.round for slot in read(folder).slots] == [0, 1]


@pytest.fixture
def tiny_disk(monkeypatch):
    """Return a function that leaves room for so many bytes, as a disk does: a write ends where it is full."""
    left = [10**9]
    write, write_bytes, unlink = os.write, type(FILE).write_bytes, type(FILE).unlink

    def taken(size):
        if left[0] <= 0 < size:
            raise OSError(errno.ENOSPC, "No space left on device")
        some = min(size, left[0])
        left[0] -= some
        return some

    def whole(path, content):
        some = taken(len(content))
        write_bytes(path, content[:some])
        if some < len(content):
            raise OSError(errno.ENOSPC, "No space left on device")
        return some

    def freed(path, **told):
        left[0] += path.stat().st_size if path.exists() else 0
        unlink(path, **told)

    monkeypatch.setattr(os, "write", lambda file, content: write(file, content[: taken(len(content))]))
    monkeypatch.setattr(type(FILE), "write_bytes", whole)
    monkeypatch.setattr(type(FILE), "unlink", freed)
    return lambda size: left.__setitem__(0, size)


@pytest.mark.parametrize("room", [0, 10, len(line(CALLS[0])) + 5, len(line(CALLS[0]) + line(CALLS[1])) + 7])
def test_a_slot_that_the_disk_has_no_room_for_is_not_on_file_in_part(tmp_path, tiny_disk, room):
    """Full at once, in the middle of the first line, of the second one, and of the slot's own."""
    with Writer(tmp_path / "run") as writer:
        writer.about(about_run(state="running"))
        writer.slot(SLOT, CALLS)
        tiny_disk(room)
        with pytest.raises(Unwritten, match="No space left"):
            writer.slot(replace(SLOT, round=1), [replace(call, round=1) for call in CALLS])
        writer.about(about_run(state="failed", reason="full" * 1000))
    run = read(tmp_path / "run")
    assert (run.slots, run.calls, run.faults) == ((SLOT,), tuple(CALLS), ())
    assert (run.about.state, run.about.reason) == ("failed", "full" * 1000)
    assert {each.name for each in (tmp_path / "run").iterdir()} == {"run.json", "slots.jsonl", "calls.jsonl"}


def test_a_run_that_could_not_say_how_it_ended_does_not_begin(tmp_path, tiny_disk):
    """Room for a second run.json is set aside, and its absence told, before anything is measured."""
    with Writer(tmp_path / "run") as writer:
        tiny_disk(1000)
        with pytest.raises(Unwritten, match=f"cannot write to {tmp_path}"):
            writer.about(about_run(state="running"))
    assert not (tmp_path / "run" / RESERVE).exists()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("claims.json", "a run of claims"),
        ("gate.json", "overlap gate --replay"),
        ("diagnosis.json", "a diagnosis"),
    ],
)
def test_a_folder_of_another_command_is_named_for_what_it_holds(tmp_path, file, said):
    """Somebody who asks for its report is told what there is instead."""
    (tmp_path / file).write_text("{}")
    with pytest.raises(Unreadable, match=said):
        read(tmp_path)
    (tmp_path / file).write_text('{"state": "running"}')
    with pytest.raises(Unreadable, match="has not ended, or was killed"):
        read(tmp_path)


def test_a_run_of_format_1_still_tells_which_calls_were_handed_over_in_one_go(tmp_path):
    """It has no such field; but calls that were begun one after the other never share a nanosecond."""
    sent = [100, 100, 250]
    calls = [Call(CELL.id, 0, index, at, 300) for index, at in enumerate(sent)]
    with Writer(tmp_path / "run") as writer:
        writer.about(about_run(state="finished"))
        writer.slot(replace(SLOT, made=3), calls)
    assert [call.together for call in read(tmp_path / "run").calls] == [False, False, False]
    about = json.loads((tmp_path / "run" / "run.json").read_bytes())
    old = {name: value for name, value in about.items() if name in {"state", "cells"}} | {"format": 1}
    (tmp_path / "run" / "run.json").write_text(json.dumps(old))
    assert [call.together for call in read(tmp_path / "run").calls] == [True, True, False]
