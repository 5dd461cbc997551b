"""Processes that do not outlive the one that started them, nor does what they start."""

import os
import signal
import subprocess
import sys
import time
from threading import Thread

import psutil
import pytest

from overlap.harness.host.owned.children import OWN, Child, guarded, marked, run
from overlap.harness.host.owned.marks import VARIABLE, end_marked

LONG = "import time; time.sleep(60)"
# It starts another in a session of its own, says which, and both ignore SIGTERM.
PARENT = (
    "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    f"other = subprocess.Popen([sys.executable, '-c', {LONG!r}], start_new_session=True)\n"
    "print(other.pid, flush=True); time.sleep(60)"
)
linux = pytest.mark.skipif(sys.platform != "linux", reason="found by /proc")


def child(code: str) -> Child:
    """Start it and read what it prints."""
    return Child([sys.executable, "-c", code], stdout=subprocess.PIPE)


def gone(pid: int, patience: float = 20.0) -> bool:
    """Whether that process has ended, or does so soon; one that nobody waited for has ended."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def number(parent: Child) -> int:
    """Return the number that it prints."""
    return int(parent.stdout.readline())


@linux
@pytest.mark.parametrize("killed_first", [False, True])
def test_a_child_is_ended_with_all_that_it_has_started(killed_first):
    """Also what has a session of its own, and where the child itself was killed by somebody else."""
    parent = child(PARENT)
    other = number(parent)
    if killed_first:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert psutil.pid_exists(other)
    parent.terminate()
    parent.discard(0.05)
    assert parent.returncode == -signal.SIGKILL
    assert gone(other)


def test_a_child_that_ends_by_itself_is_given_the_time():
    """Its exit code is its own."""
    parent = child("import sys; sys.exit(3)")
    parent.discard(20)
    assert parent.returncode == 3


def test_what_is_run_to_its_end_says_what_it_said():
    """Streams apart, or together; what takes too long is ended."""
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(2)"
    done = run([sys.executable, "-c", code])
    assert (done.returncode, done.stdout, done.stderr) == (2, b"out\n", b"err\n")
    assert run([sys.executable, "-uc", code], stderr=subprocess.STDOUT).stdout == b"out\nerr\n"
    with pytest.raises(subprocess.TimeoutExpired):
        run([sys.executable, "-c", LONG], timeout=0.2)
    with pytest.raises(FileNotFoundError):
        run(["/no/such/command"])


def test_the_marks_of_those_before_are_handed_on(monkeypatch):
    """What a run starts that another run has started belongs to both of them, and to each block around it."""
    monkeypatch.setenv(VARIABLE, "outer")
    assert marked({"A": "1"}, "mine")[VARIABLE].split() == ["outer", OWN, "mine"]
    blocks = set()
    for _ in range(2):
        with guarded():
            outer, own, block, mine = marked({}, "mine")[VARIABLE].split()
            assert (outer, own, mine) == ("outer", OWN, "mine")
            with guarded():
                assert marked({})[VARIABLE].split() == ["outer", OWN, block]
        blocks.add(block)
    assert len(blocks) == 2


@linux
def test_nothing_but_what_is_marked_is_ended():
    """A mark that begins alike is another one."""
    command = [sys.executable, "-c", LONG]
    ours, others = (
        subprocess.Popen(command, env=os.environ | {VARIABLE: f"a {mark} b"}) for mark in ("mark", "marked")
    )
    try:
        assert end_marked("mark") == 1
        assert ours.wait(20) == -signal.SIGKILL
        assert others.poll() is None
    finally:
        others.kill()
        others.wait()


OWNER = """
import subprocess, sys, time
from threading import Thread
from overlap.harness.host.owned.children import OWN, Child, guarded
from overlap.harness.host.owned.temporary import temporary
def start():
    parent = Child([sys.executable, "-c", {parent!r}], stdout=subprocess.PIPE)
    print(parent.pid, int(parent.stdout.readline()), flush=True)
with guarded(*map(int, sys.argv[2:])), temporary("shim"):
    if sys.argv[1] == "thread":
        thread = Thread(target=start)
        thread.start()
        thread.join()
    else:
        start()
    {then}
"""


def owner(then: str, *words: str, **more: str) -> subprocess.Popen[str]:
    """Start a process that has a child, which has one, too."""
    command = [sys.executable, "-c", OWNER.format(parent=PARENT, then=then), *words]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | more
    )


@linux
@pytest.mark.parametrize("how", ["thread", "main"])
def test_who_is_killed_leaves_neither_processes_nor_folders(tmp_path, how):
    """SIGKILL gives it no time; children are ended where they ignore SIGTERM and began a session of their own."""
    with owner("time.sleep(60)", how, TMPDIR=str(tmp_path)) as killed:
        pids = [int(word) for word in killed.stdout.readline().split()]
        if how == "thread":
            # The thread that started it has ended, and it runs on.
            time.sleep(0.2)
            assert all(psutil.pid_exists(pid) for pid in pids)
        assert len(list(tmp_path.iterdir())) == 1
        killed.kill()
    assert all(gone(pid) for pid in pids)
    end = time.monotonic() + 20
    while list(tmp_path.iterdir()) and time.monotonic() < end:
        time.sleep(0.02)
    assert list(tmp_path.iterdir()) == []


@linux
def test_the_end_of_another_process_counts_where_it_is_named():
    """A process of pytest-xdist's is none of ours to end, what it has started for us is."""
    controller = subprocess.Popen([sys.executable, "-c", LONG])
    with owner("time.sleep(60)", "main", str(controller.pid)) as waits:
        pids = [int(word) for word in waits.stdout.readline().split()]
        controller.kill()
        controller.wait()
        assert all(gone(pid) for pid in pids)
        assert waits.poll() is None
        waits.kill()


@linux
def test_at_the_end_of_the_block_all_is_ended_and_so_is_the_guardian():
    """A notebook goes on for hours afterwards."""
    before = set(psutil.Process().children(recursive=True))
    with guarded():
        parent = child(PARENT)
        other = number(parent)
        assert len(set(psutil.Process().children()) - before) == 2
    parent.discard()
    assert gone(other)
    assert set(psutil.Process().children(recursive=True)) <= before


@linux
def test_what_was_started_before_the_block_goes_on_after_it():
    """A server of a notebook's first cell serves the later ones; a block that starts nothing ends nothing."""
    before = child(PARENT)
    other = number(before)
    try:
        for starts in (True, False, True):
            with guarded():
                within = child(PARENT) if starts else None
                pid = number(within) if within else None
            if within:
                within.discard()
                assert gone(pid)
        assert before.poll() is None
        assert psutil.pid_exists(other)
    finally:
        before.discard()
    assert gone(other)


@linux
def test_what_a_fork_of_a_guarded_process_starts_ends_with_the_block():
    """A fork has no program of its own, and no guardian while it wants none: the block's mark is handed on."""
    with guarded():
        [block] = set(marked({})[VARIABLE].split()) - {*os.environ.get(VARIABLE, "").split(), OWN}
        read, write = os.pipe()
        if not os.fork():
            os.write(write, marked({})[VARIABLE].encode())
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            assert block in pipe.read().split()
        os.wait()


def test_a_thread_that_starts_a_child_may_end():
    """The kernel would count that as the end of the parent."""
    started = []
    thread = Thread(target=lambda: started.append(child(PARENT)))
    thread.start()
    thread.join()
    [parent] = started
    number(parent)
    assert parent.poll() is None
    parent.discard()


def test_what_was_left_is_told_in_a_line_by_the_run_that_removes_it(tmp_path):
    """On its stderr, before it starts anything."""
    (tmp_path / "overlap-shim-00000000").mkdir(mode=0o700)
    with owner("pass", "main", TMPDIR=str(tmp_path)) as made:
        _, said = made.communicate(timeout=30)
    assert said == "overlap: removed what runs that were killed had left behind: 1 temporary folder\n"
    assert list(tmp_path.iterdir()) == []
