"""The calls of a test that has not ended: on file before its end, and read if there was none."""

from array import array

import msgspec
import pytest

from overlap.harness.model.record import Call, Cell, Served, Slot
from overlap.harness.store.books import Balance
from overlap.harness.store.run_about import CellEntry, RunAbout
from overlap.harness.store.run_files import Unwritten, Writer, line, read
from overlap.harness.store.unfinished import NAME, all_there, sentence

CELL = Cell("s", "direct", "chat", "gevent", 2)
MS = 1_000_000


def _call(index, sent, *, served=True, **about):
    """Return a call of 100 ms that began at *sent* (ms)."""
    entry = Served(sent * MS, array("q", [MS]), array("q", [MS]), 2 * MS)
    about = {"served": (entry,) if served else ()} | about
    return Call(CELL.id, 0, index, sent * MS, (sent + 100) * MS, **about)


def _about(writer, state="running", **facts):
    cell = CellEntry(scenario="s", client="direct", strategy="chat", loop="gevent", concurrency=2)
    writer.about(RunAbout(name="it", state=state, cells=(cell,), **facts))


@pytest.fixture
def broken_off(tmp_path):
    """A run that was killed: three calls and a warm-up call of a test without an end."""
    with Writer(tmp_path) as writer:
        _about(writer)
        writer.provisional([_call(9, 0, warmup=True), _call(0, 10)])
        writer.provisional([_call(1, 30), _call(2, 110)])
    return tmp_path


def test_a_slot_is_made_of_the_calls_of_a_test_without_an_end(broken_off):
    """Two users were there from 30 ms on; the last call ended at 210 ms; what only the end tells is None."""
    run = read(broken_off)
    [slot] = run.slots
    assert (slot.made, slot.started, slot.ended) == (3, 30 * MS, 210 * MS)
    assert (slot.requests, slot.untold) == (4, 0)
    assert (slot.cpu, slot.peak, slot.connections, slot.unjoined, slot.dropped) == (None,) * 5
    assert (len(run.calls), run.unfinished, run.faults, run.damaged) == (4, 4, (), 0)
    assert run.unended.startswith("the run was killed: of a test that did not come to its end 4 calls had")


def test_a_line_that_was_being_written_is_no_damage(broken_off):
    """SIGKILL may come in the middle of it."""
    path = broken_off / NAME
    path.write_bytes(path.read_bytes()[:-5])
    run = read(broken_off)
    assert (len(run.calls), run.faults) == (3, ())


def test_a_line_in_the_middle_that_cannot_be_read_is_told(broken_off):
    """Nothing but damage leaves one there; neither does a call of no cell belong there."""
    stray = Call("another", 0, 5, 0, 1)
    path = broken_off / NAME
    first, *others = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([first, b"{\n", line(stray), *others]))
    run = read(broken_off)
    assert len(run.calls) == 4
    assert [fault.split(" (")[0] for fault in run.faults] == [
        f"1 line of {NAME} could not be read and is left out",
        f"1 line of {NAME} is of a cell that run.json does not name, and is left out",
    ]


def test_without_a_journal_it_is_not_known_what_the_server_saw(tmp_path):
    """None, and not no request at all."""
    with Writer(tmp_path) as writer:
        _about(writer)
        writer.provisional([_call(0, 10, served=False)])
    [slot] = read(tmp_path).slots
    assert (slot.requests, slot.untold) == (None, None)


def test_a_call_that_is_in_the_finished_slot_counts_once(broken_off):
    """A process may be killed after the slot is written, and before its provisional calls are removed."""
    provisional = (broken_off / NAME).read_bytes()
    with Writer(broken_off) as writer:
        calls = [_call(9, 0, warmup=True), _call(0, 10), _call(1, 30), _call(2, 110)]
        writer.slot(Slot(CELL.id, 0, 0, 3, 0, 210 * MS, 5, requests=4, unjoined=0, dropped=0), calls)
        writer.settled()
    assert not (broken_off / NAME).exists()
    (broken_off / NAME).write_bytes(provisional)
    run = read(broken_off)
    assert ([slot.cpu for slot in run.slots], len(run.calls), run.unfinished, run.faults) == ([5], 4, 0, ())


def test_a_run_that_ended_with_an_unwritten_test_counts_its_calls(broken_off):
    """The disk was full: run.json counts no slot of it, and all of its calls."""
    balance = Balance(made=4, recorded=4, joined=4, entries=4).on_file()
    with Writer(broken_off) as writer:
        _about(writer, "failed", reason="full", entered=0, balance=balance)
    run = read(broken_off)
    assert (run.faults, len(run.calls)) == ((), 4)
    assert run.unended.startswith("of a test that did not come to its end 4 calls had been written to")
    with Writer(broken_off) as writer:
        _about(writer, "failed", reason="full", entered=0, balance=msgspec.structs.replace(balance, recorded=5))
    assert read(broken_off).faults == ("run.json counts 5 calls recorded, and on file are 4",)


def test_a_batch_that_finds_no_room_leaves_those_before_it(broken_off):
    """As a file that may not grow, /dev/full takes nothing."""
    before = (broken_off / NAME).read_bytes()
    with Writer(broken_off) as writer:
        (broken_off / "elsewhere").symlink_to("/dev/full")
        (broken_off / NAME).replace(broken_off / "kept")
        (broken_off / "elsewhere").replace(broken_off / NAME)
        with pytest.raises(Unwritten, match="No space left"):
            writer.provisional([_call(3, 200)])
        (broken_off / "kept").replace(broken_off / NAME)
    assert (broken_off / NAME).read_bytes() == before


@pytest.mark.parametrize(
    ("state", "calls", "going", "text"),
    [
        ("finished", 0, False, None),
        ("running", 0, True, "the run has not ended yet: this is what was measured until now"),
        ("running", 0, False, "the run was killed: this is what was measured until then"),
        (
            "running",
            1,
            False,
            "the run was killed: of a test that did not come to its end 1 call had been written",
        ),
        ("failed", 2000, False, "of a test that did not come to its end 2,000 calls had been written"),
    ],
)
def test_what_is_said_of_a_run_without_an_end(state, calls, going, text):
    """Whether it goes on or was killed, and how many calls of its last test are known."""
    said = sentence(state, calls, going=going)
    assert said is None if text is None else said.startswith(text)


def test_a_slot_begins_when_all_places_could_be_used():
    """Of five calls the second filled the last of two places; two calls never fill three."""
    calls = [_call(index, sent) for index, sent in enumerate((10, 30, 110, 130, 210))]
    assert (all_there(calls, 2, 0), all_there(calls[:2], 3, 0), all_there([], 3, 7)) == (30 * MS, 30 * MS, 7)
