"""What a load run's folder says of the run itself."""

import orjson
import pytest

from overlap.harness.load.config import LoadConfig
from overlap.harness.load.folder import Book, how
from overlap.harness.load.live_stats import EndedTest, Tally
from overlap.harness.mock.journal import Journal
from overlap.harness.model.record import Served
from overlap.harness.store.run_files import Writer, read

MS = 1_000_000


def _row(index, endpoint="chat", **about):
    row = [endpoint, index, None, index * MS, (index + 50) * MS, [], None, False]
    return tuple(about.get(name, value) for name, value in zip(NAMES, row, strict=True))


NAMES = ("endpoint", "number", "due", "sent", "done", "chunks", "error", "warmup")


def _written(tmp_path, rows, counts, config=None, *, peak=0, tags=()):
    """Write a test of *rows* down, of which Locust counted *counts*; return run.json and the run."""
    tally = Tally(2)
    tally.bring(rows)
    tally.peak = peak
    if tags:
        entries = tuple((tag, Served(MS, [MS], [MS], MS)) for tag in tags)
        tally.take(Journal(peak, 1, 0, entries))
    with Writer(tmp_path) as writer:
        book = Book(config or LoadConfig(users=2, time=1.0), tmp_path, writer, pinned=False)
        locust = {name: {"E2E": number} for name, number in counts.items()}
        book.enter(EndedTest(tally, 0, 1000 * MS, locust, 5 * MS))
        book.state("finished")
    return orjson.loads((tmp_path / "run.json").read_bytes()), read(tmp_path), book


def test_of_somebody_elses_server_nothing_is_claimed(tmp_path):
    """Neither its latency nor its answers' length are what the mock's would have been."""
    config = LoadConfig(users=2, time=1.0, host="http://127.0.0.1:9")
    about, run, _ = _written(tmp_path, [_row(1)], {"chat": 1}, config)
    assert (about["config"]["profile"], about["config"]["tokens"], about["cells"][0]["tokens"]) == (
        None,
        None,
        None,
    )
    assert [cell.profile for cell in run.cells] == [""]


def test_a_locustfile_asks_its_own_question(tmp_path):
    """Its cells are named by it, and not by the example service."""
    file = tmp_path / "my users.py"
    file.write_text("")
    about, run, _ = _written(tmp_path, [_row(1)], {"chat": 1}, LoadConfig(users=2, time=1.0, file=file))
    [(scenario, entry)] = about["scenarios"].items()
    assert scenario == "my-users"
    assert entry["question"].startswith("What do the users of my users.py wait for?")
    assert run.cells[0].id.startswith("my-users/service/chat/")


def test_calls_that_were_never_sent_are_in_the_books(tmp_path):
    """Two of three were sent; the books balance, and all three are on record."""
    rows = [_row(1, due=MS), _row(2, due=2 * MS), _row(3, endpoint="", due=3 * MS, error="NotStarted")]
    about, run, book = _written(tmp_path, rows, {"chat": 2}, LoadConfig(users=2, time=1.0, rate=3.0))
    assert about["balance"]["faults"] == []
    assert (about["balance"]["made"], about["balance"]["recorded"]) == (3, 3)
    load = about["load"]
    assert (load["due"], load["sent"], load["failed"]) == (3, 2, 1)
    assert book.remarks[0].startswith("3 calls were due, 2 were sent")
    assert len(run.calls) == 3
    assert run.cells[0].arrivals == "constant,rate=3"


def test_what_the_server_counts_for_all_is_not_told_of_one_endpoint(tmp_path):
    """Nine requests in flight at once were those of both endpoints: no limit of either was broken."""
    rows = [_row(1), _row(2), _row(3, endpoint="agent")]
    _, run, _ = _written(tmp_path, rows, {"chat": 2, "agent": 1}, peak=9)
    assert [slot.peak for slot in run.slots] == [None, None]


def test_calls_that_users_left_or_the_end_cut_off_did_not_fail(tmp_path):
    """They are counted by themselves."""
    rows = [_row(1, error="Stopped"), _row(2, error="left by the user"), _row(3, error="HTTP 500"), _row(4)]
    about, _, book = _written(tmp_path, rows, {"chat": 4})
    load = about["load"]
    assert (load["failed"], load["left"], load["cut"], load["failures"]) == (1, 1, 1, {"HTTP 500": 1})
    assert book.failed == 1


@pytest.mark.parametrize(
    ("changes", "label"), [([], "2 users"), ([(0, 16)], "2 users"), ([(0, 16), (9, 40)], "16, then 40 users")]
)
def test_the_label_of_a_closed_loop_has_all_numbers_of_users(changes, label):
    """Somebody may change them while a test goes on."""
    assert how(LoadConfig(users=2), changes).startswith(f"closed loop, {label}: ")


@pytest.mark.parametrize(
    ("tags", "faults", "untagged"),
    [((None, None), 0, 2), (("000001", None), 0, 1), (("000001", "000002"), 0, 0), (("000001", "000009"), 2, 0)],
)
def test_a_locustfile_need_not_tag_its_calls(tags, faults, untagged, tmp_path):
    """Requests without a tag are counted and told; one with the tag of no call here is a fault."""
    file = tmp_path / "mine.py"
    file.write_text("")
    config = LoadConfig(users=2, time=1.0, file=file)
    about, run, book = _written(tmp_path, [_row(1), _row(2)], {"chat": 2}, config, tags=tags)
    assert len(about["balance"]["faults"]) == faults
    # What run.json counts is found on file again.
    assert run.faults == ()
    said = [each for each in book.remarks if "carry no call's tag" in each]
    assert [each.split()[0] for each in said] == ([str(untagged)] if untagged else [])


def _served(index, moment):
    return f"{index:06d}", Served(moment * MS, [MS], [MS], MS)


def test_calls_are_on_file_with_their_requests_before_their_test_ends(tmp_path):
    """A call whose request the journal does not know yet is there without; the end replaces them all."""
    tally = Tally(2)
    with Writer(tmp_path) as writer:
        book = Book(LoadConfig(users=2, time=1.0), tmp_path, writer, pinned=False)
        book.begin(3)
        tally.bring([_row(1), _row(2)])
        tally.take(Journal(1, 1, 0, (_served(1, 2), ("w00009", Served(0, [MS], [MS], MS)))))
        book.keep(tally)
        tally.bring([_row(9, warmup=True)])
        book.keep(tally)
        book.keep(tally)
        going = read(tmp_path)
        assert [(call.index, call.round, len(call.served)) for call in going.calls] == [
            (1, 3, 1),
            (2, 3, 0),
            (9, 3, 1),
        ]
        assert [cell.concurrency for cell in going.cells] == [2]
        tally.take(Journal(1, 1, 0, (_served(2, 3),)))
        book.enter(EndedTest(tally, 0, 1000 * MS, {"chat": {"E2E": 2}}, 5 * MS))
        book.state("finished")
    run = read(tmp_path)
    assert not (tmp_path / "unfinished.jsonl").exists()
    assert (run.faults, run.unfinished, run.about.balance.faults) == ((), 0, ())
    assert [len(call.served) for call in run.calls] == [1, 1, 1]


def test_of_a_test_that_broke_off_nothing_is_made_up(tmp_path):
    """Locust died: its counts and its CPU time are unknown, and so is how many calls of an open loop were due."""
    tally = Tally(2)
    tally.bring([_row(1, due=MS), _row(2, due=2 * MS)])
    tally.take(Journal(1, 1, 0, (_served(1, 2), _served(2, 3), _served(3, 4))))
    with Writer(tmp_path) as writer:
        book = Book(LoadConfig(users=2, time=1.0, rate=3.0), tmp_path, writer, pinned=False)
        book.enter(EndedTest(tally, 0, 52 * MS))
        book.state("failed", "Locust died")
    run = read(tmp_path)
    [slot] = run.slots
    assert (slot.cpu, slot.made, slot.unjoined, slot.untold) == (None, 2, 1, None)
    assert (run.about.load.due, run.about.load.sent) == (None, None)
    assert run.about.balance.faults == ("1 requests at the server belong to no call",)
    assert any(each.startswith("A test broke off: its figures are of the 2 calls") for each in book.remarks)
    assert run.faults == ()


def test_what_a_dead_server_knew_is_unknown_and_not_nothing(tmp_path):
    """Of two answered calls one has its request; the other's was in the journal that died."""
    tally = Tally(2)
    tally.bring([_row(1), _row(2), _row(3, error="ConnectionRefusedError")])
    tally.take(Journal(1, 1, 0, (_served(1, 2),)))
    tally.journal_lost = True
    with Writer(tmp_path) as writer:
        book = Book(LoadConfig(users=2, time=1.0), tmp_path, writer, pinned=False)
        book.enter(EndedTest(tally, 0, 1000 * MS, {"chat": {"E2E": 3}}, 5 * MS))
        book.state("failed", "the mock server died")
    run = read(tmp_path)
    [slot] = run.slots
    assert (slot.peak, slot.connections, slot.untold, slot.cpu) == (None, None, 1, 5 * MS)
    assert run.about.balance.faults == ()
    assert "Of 1 calls it is not known what the LLM server saw of them" in " ".join(book.remarks)
    assert run.faults == ()
