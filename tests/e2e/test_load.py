"""
Load runs end to end: what is counted thrice is counted the same, whatever is cut, killed or failing.

Nothing here asserts a speed. The tolerances on times are those beyond which the figure would be useless.
"""

import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from statistics import median
from threading import Thread

import psutil
import pytest

from overlap.harness.load import command
from overlap.harness.load.config import config_from
from overlap.harness.load.run import headless
from overlap.harness.store import run_files

README = Path(__file__).parents[2] / "README.md"
STREAMS = {"endpoint": "chat_stream", "profile": "steady,ttft=0.05,itl=0.05", "tokens": "16"}


def _ran(results, **words):
    """Run headless; return the outcome and what is on file."""
    outcome = headless(config_from({"results": str(results), **words}), lambda _: None)
    return outcome, run_files.read(outcome.folder)


def _alone():
    """Return the processes that this one has started and that are still there."""
    return {each.pid for each in psutil.Process().children(recursive=True)}


def test_streams_that_are_cut_are_counted_once_and_the_others_timed_rightly(tmp_path):
    """Users are stopped in the midst of their streams: Locust, the run and the journal count the same calls."""
    outcome, run = _ran(tmp_path, **STREAMS, users="16", time="1.2", drain="0")
    assert outcome.notes == ()
    balance = run.about.balance
    assert balance.made == balance.recorded == balance.joined == balance.entries > 32
    cut = [call for call in run.calls if call.error == "Stopped"]
    whole = [call for call in run.calls if not call.error and not call.warmup]
    assert len(cut) == 16
    assert all(len(call.chunks) < 16 for call in cut)
    assert all(len(call.chunks) == 16 for call in whole)
    for call in whole:
        [entry] = call.served
        for chunk, wrote in zip(call.chunks, entry.written, strict=True):
            # The stamp of a write is taken after the kernel has the bytes: a millisecond is ample between the two.
            assert call.sent + chunk >= entry.received + wrote - 1_000_000
    # The schedule says 50 ms and 50 ms; reading in blocks of 1,024 bytes would have shown fewer and larger gaps.
    assert abs(median(call.ttft for call in whole) - 50e6) < 25e6
    assert abs(median(gap for call in whole for gap in call.itl) - 50e6) < 25e6


def test_each_of_several_tests_ends_after_its_time(tmp_path):
    """The second and later ones were taken to be over before they had begun, and so went on for ever."""
    words = {"endpoint": "chat,chat_stream", "profile": "steady,ttft=0.05,itl=0", "tokens": "2", "users": "1"}
    outcome, run = _ran(tmp_path, **words, time="0.3", rounds="2")
    assert (outcome.state, outcome.notes) == ("finished", ())
    counted = Counter((call.cell.split("/")[2], call.round) for call in run.calls if not call.warmup)
    assert set(counted) == {(name, turn) for name in ("chat", "chat_stream") for turn in (0, 1)}
    # Each call takes 50 ms at least.
    assert max(counted.values()) <= 10


LOCUSTFILE = """
from locust import task
from overlap.locust_user import StreamingUser

class Chat(StreamingUser):
    @task
    def ask(self):
        body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "[call] Hello"}]}
        self.stream("/v1/chat/completions", body)
"""


def _kill_a_worker(killed):
    """Wait for two workers, and a while longer; then give one of them SIGKILL."""
    us, end = psutil.Process(), time.monotonic() + 60
    workers, engines = [], []
    while len(workers) < 2 and time.monotonic() < end:
        # One that has just ended has no command line.
        with suppress(psutil.Error):
            engines = [each for each in us.children() if "overlap.harness.load.engine" in each.cmdline()]
        workers = [each for each in engines[1:] if each.net_connections("tcp")]
        time.sleep(0.05)
    # A worker tells of its calls once a second: by now it has, and has more that it has not.
    time.sleep(1.7)
    killed.append(workers[1].pid)
    workers[1].kill()


def test_a_killed_worker_is_named_and_its_calls_are_counted_as_lost(tmp_path):
    """SIGKILL gives nobody time to tell: the run goes on, and the journal knows what is missing."""
    file = tmp_path / "mine.py"
    file.write_text(LOCUSTFILE)
    killed = []
    killer = Thread(target=_kill_a_worker, args=(killed,))
    killer.start()
    words = {"file": str(file), "profile": "steady,ttft=0.02,itl=0.01", "tokens": "8"}
    outcome, run = _ran(tmp_path / "results", **words, users="6", time="2.5", processes="2")
    killer.join()
    assert outcome.state == "finished"
    assert any(f"(pid {killed[0]}) died: signal 9" in note for note in outcome.notes)
    assert any("calls were lost with Locust process" in note for note in outcome.notes)
    balance = run.about.balance
    assert balance.made == balance.recorded == balance.joined
    assert balance.entries == balance.recorded + balance.unjoined
    assert balance.unjoined > 0
    # The three lines of the locustfile are all there is to it: every stream has its eight tokens.
    assert {call.cell.split("/")[2] for call in run.calls} == {"v1.chat.completions"}
    assert {len(call.chunks) for call in run.calls} == {8}


def test_calls_that_fail_are_counted_by_kind_and_the_slo_decides(tmp_path):
    """Half of all calls get a 500: the run goes on to its end, the SLO is missed, the exit code says so."""
    words = {"endpoint": "chat", "profile": "steady,ttft=0.05,itl=0", "tokens": "2", "users": "4", "time": "1"}
    load = {"rate": "40", "arrivals": "poisson", "fault": "status,code=500,rate=0.5", "slo": "ttft=0.5,e2e=2"}
    outcome, run = _ran(tmp_path, **words, **load)
    assert outcome.state == "finished"
    assert command.code(outcome) == 1
    kinds = Counter(call.error for call in run.calls if not call.warmup)
    [kind] = run.about.load.failures
    assert kind.startswith("HTTP 500")
    assert set(kinds) == {None, kind}
    # Forty a second for a second, by Poisson: 40 give or take four standard deviations of 6.3.
    assert 15 <= kinds.total() <= 65
    assert all(call.due is not None and call.sent >= call.due for call in run.calls if not call.warmup)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"users": "0", "time": "1"}, "users must lie"),
        ({"endpoint": "nothing", "time": "1"}, "no endpoint 'nothing'"),
        ({"host": "http://127.0.0.1:9", "time": "1"}, "nobody answers at"),
        ({"file": __file__, "time": "1"}, "there are no users in"),
        ({"file": str(README), "time": "1"}, "Locust did not come up: SyntaxError"),
        ({"profile": "nothing", "endpoint": "chat", "time": "1"}, "the server did not come up"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_nothing_is_left_running(words, said, tmp_path, capsys):
    """Exit code 2, no folder, no process."""
    before = _alone()
    assert command.main({**words, "results": str(tmp_path / "results")}, quiet=True) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert errors.count("\n") == 1
    assert not (tmp_path / "results").exists()
    assert _alone() == before


@pytest.mark.parametrize("flag", ["port", "service_port", "mock_port"])
def test_a_port_in_use_is_said_to_be(flag, capsys):
    """With the flag that chooses another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert command.main({flag: str(taken.getsockname()[1])}, quiet=True) == 2
    errors = capsys.readouterr().err
    assert f"choose another --{flag.replace('_', '-')}" in errors
    assert errors.count("\n") == 1


def test_the_command_line_imports_neither_locust_nor_gevent():
    """Importing gevent's patches changes the whole process; nothing but Locust may live there."""
    code = (
        "import sys, overlap.harness.cli, overlap.harness.load.command; "
        "sys.exit(bool({'locust', 'gevent'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


@pytest.mark.slow
def test_an_open_loop_is_the_same_with_one_process_and_with_two(tmp_path):
    """Twenty a second for two seconds are forty calls, all of them sent, however many processes share them out."""
    words = {"endpoint": "chat", "profile": "steady,ttft=0.02,itl=0", "tokens": "1", "users": "30", "time": "2"}
    for processes in ("1", "2"):
        load = {"rate": "20", "arrivals": "constant", "slo": "e2e=20", "processes": processes}
        outcome, run = _ran(tmp_path, **words, **load)
        assert outcome.remarks == ()
        assert command.code(outcome) == 0
        due = sorted(call.due for call in run.calls if not call.warmup)
        assert len(due) == 40
        # One schedule for all processes: the gaps between neighbours are its own.
        assert {round((later - earlier) / 1e6) for earlier, later in pairwise(due)} == {50}
        assert (run.about.load.due, run.about.load.sent) == (40, 40)


MIXED = """
from locust import HttpUser, LoadTestShape, between, task
from overlap.locust_user import StreamingUser

BODY = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "[call] Hello"}]}

class Chat(StreamingUser):
    weight = 3
    wait_time = between(0.01, 0.02)

    @task(3)
    def ask(self):
        self.stream("/v1/chat/completions", BODY, name="ask")

    @task
    def broken(self):
        raise KeyError("a bug")

class Other(StreamingUser):
    @task
    def other(self):
        self.ask("/v1/chat/completions", {**BODY, "stream": False}, name="other")

class Classic(HttpUser):
    @task
    def get(self):
        self.client.get("/health", name="health")

class Steps(LoadTestShape):
    def tick(self):
        return (5, 5) if self.get_run_time() < 1 else (10, 10) if self.get_run_time() < 3 else None
"""


@pytest.mark.slow
def test_a_locustfile_is_run_as_it_is_written_and_what_is_not_is_told(tmp_path):
    """All classes at once, as many as its shape says; its bug, HttpUser and pauses are told; exit code 1."""
    file = tmp_path / "mine.py"
    file.write_text(MIXED)
    words = {"file": str(file), "profile": "steady,ttft=0.02,itl=0.01", "tokens": "4", "time": "30"}
    outcome, run = _ran(tmp_path / "results", **words)
    assert command.code(outcome) == 1
    assert {call.cell.split("/")[2] for call in run.calls} == {"ask", "other"}
    assert {cell.scenario for cell in run.cells} == {"mine"}
    assert any("raised KeyError in broken (mine.py, line " in note for note in outcome.notes)
    remarks = " ".join(outcome.remarks)
    assert "Requests of Classic are not recorded" in remarks
    assert "requests (health) were not made by a StreamingUser" in remarks
    assert "Users of Chat wait between calls" in remarks
    assert "The load shape Steps says how many users there are" in remarks
    assert "5, then 10 after" in remarks
    assert run.about.load.notes


LEAVING = """
import gevent
from locust import task
from overlap.locust_user import StreamingUser

class Impatient(StreamingUser):
    @task
    def ask(self):
        body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "[call] Hello"}]}
        with gevent.Timeout(0.15, False):
            self.stream("/v1/chat/completions", body, name="ask")
"""


def test_a_user_that_leaves_is_no_failure(tmp_path):
    """It looks away in the midst of its stream; the server has seen the connection close."""
    file = tmp_path / "mine.py"
    file.write_text(LEAVING)
    words = {"file": str(file), "profile": "steady,ttft=0.05,itl=0.05", "tokens": "50", "users": "3", "time": "1"}
    outcome, run = _ran(tmp_path / "results", **words, max_errors="0")
    assert command.code(outcome) == 0
    left = [call for call in run.calls if call.error == "left by the user"]
    assert len(left) >= 3
    assert run.about.load.failed == 0
    assert all(entry.disconnected for call in left for entry in call.served)
    assert any("were left by their users" in each for each in outcome.remarks)


@pytest.mark.slow
@pytest.mark.parametrize("more", [{"rounds": "2"}, {"processes": "2"}])
def test_a_fault_that_hits_every_call_hits_the_first_ones_too(more, tmp_path):
    """A closed loop's users wait until the fault is set, in every test of the run and in every process."""
    words = {"profile": "instant", "tokens": "1", "users": "4", "time": "0.5", "endpoint": "chat"}
    outcome, run = _ran(tmp_path, **words, **more, fault="status,code=500,rate=1")
    counted = [call for call in run.calls if not call.warmup]
    assert counted
    assert all(call.error for call in counted)
    assert command.code(outcome) == 1


@pytest.mark.slow
@pytest.mark.parametrize(("allowed", "code"), [("60%", 0), ("1%", 1)])
def test_a_share_of_failures_can_be_a_limit(allowed, code, tmp_path):
    """Every third call gets a 500; the fault begins when all users are ready, so that no warm-up call has it."""
    words = {"endpoint": "chat", "profile": "instant", "tokens": "1", "users": "2", "time": "0.5"}
    outcome, run = _ran(tmp_path, **words, fault="status,code=500,every=3", max_errors=allowed)
    assert command.code(outcome) == code
    assert 0.2 < run.about.load.failed / run.about.load.calls < 0.45
    assert not any(call.error for call in run.calls if call.warmup)
