"""A core kept awake: how humbly, and for how long."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from overlap.harness.host.idle_guard import at_its_post, awake

pytestmark = pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="this system has no idle priority")


def children() -> set[psutil.Process]:
    """Return the children of this process."""
    return set(psutil.Process().children())


def until_idle(spinner: psutil.Process) -> None:
    """Wait until it has taken the priority that is its own choice."""
    end = time.monotonic() + 20
    while os.sched_getscheduler(spinner.pid) != os.SCHED_IDLE:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_core_is_kept_by_one_that_gives_way_to_all_others():
    """It has the idle priority, in the session of the process that it gives way to, and goes with the block."""
    before = children()
    with awake() as kept:
        assert kept
        [spinner] = children() - before
        until_idle(spinner)
        assert os.getsid(spinner.pid) == os.getsid(0)
    assert not spinner.is_running()


def test_another_core_than_ones_own_is_kept():
    """That of a server, say, which was started in this session for it."""
    core, before = max(os.sched_getaffinity(0)), children()
    with awake(core):
        [spinner] = children() - before
        until_idle(spinner)
        assert spinner.cpu_affinity() == [core]


def test_whose_core_is_kept_loses_next_to_nothing_of_it():
    """On one core with the spinner, a process that computes for 0.3 s of CPU time leaves it less than a tenth."""
    allowed = os.sched_getaffinity(0)
    before = children()
    try:
        os.sched_setaffinity(0, {max(allowed)})
        with awake():
            [spinner] = children() - before
            until_idle(spinner)
            had, until = sum(spinner.cpu_times()[:2]), time.process_time() + 0.3
            while time.process_time() < until:
                pass
            taken = sum(spinner.cpu_times()[:2]) - had
    finally:
        os.sched_setaffinity(0, allowed)
    # The kernel's weights are 3 to 1024; it counts in ticks of 10 ms.
    assert taken <= 0.03


def test_it_ends_with_its_parent_however_that_ends(tmp_path):
    """A worker that is killed takes nobody's core with it."""
    told = tmp_path / "pid"
    code = (
        "import os, psutil, time\n"
        "from overlap.harness.host.idle_guard import awake\n"
        "with awake():\n"
        f"    open({str(told)!r}, 'w').write(str(psutil.Process().children()[0].pid))\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[4])
    spinner, end = int(told.read_text()), time.monotonic() + 20
    while psutil.pid_exists(spinner) and psutil.Process(spinner).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < end
        time.sleep(0.01)


def test_unwanted_it_is_not_started():
    """A closed loop has the machine as it is."""
    before = children()
    with awake(wanted=False) as kept:
        assert not kept
        assert children() == before


def test_at_its_post_a_process_has_one_core_and_gets_the_others_back():
    """So has what keeps the core awake; where there is one core, nothing is done."""
    allowed, before = os.sched_getaffinity(0), children()
    with at_its_post() as kept:
        assert kept == (len(allowed) > 1)
        assert os.sched_getaffinity(0) == ({min(allowed)} if kept else allowed)
        assert all(os.sched_getaffinity(each.pid) == {min(allowed)} for each in children() - before)
    assert os.sched_getaffinity(0) == allowed
    assert children() == before
