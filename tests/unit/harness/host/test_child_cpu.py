"""The CPU time of children: those that live, those that have ended, and not of one that keeps a core awake."""

import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from overlap.harness.host import child_cpu
from overlap.harness.worker import stopwatch

BURN = "import time\nwhile time.process_time() < 0.1: pass\nprint(flush=True)\ninput()"
NESTED = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])"


@pytest.mark.parametrize("code", [BURN, NESTED], ids=["child", "grandchild"])
def test_a_living_childs_cpu_time_counts(code):
    """A pool's processes live on, so waiting for their end would miss all they do."""
    before = child_cpu.of_children()
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert child.pid in set(child_cpu.descendants(os.getpid()))
        assert 80_000_000 <= child_cpu.of_children() - before < 1_000_000_000
        child.communicate(b"\n")
    assert 80_000_000 <= child_cpu.of_children() - before < 1_000_000_000


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="the system has no idle class")
def test_a_child_that_keeps_a_core_awake_computes_nothing():
    """It is the harness's own, and only runs where nobody else wants to."""
    idle = f"import os\nos.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))\n{BURN}"
    before = child_cpu.of_children()
    with subprocess.Popen([sys.executable, "-c", idle], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert child_cpu.of_children() == before
        child.communicate(b"\n")


def test_a_process_that_is_gone_has_spent_nothing_that_is_known():
    """No error for a worker that has just died."""
    assert child_cpu.spent(2**22 - 1) is None
    assert list(child_cpu.descendants(2**22 - 1)) == []


def test_a_strategys_cpu_time_has_what_it_hands_to_processes():
    """A tenth of a second, computed by a child that the strategy starts and waits for."""

    def handing_over(*_):
        subprocess.run([sys.executable, "-c", BURN], input=b"\n", stdout=subprocess.DEVNULL, check=True)

    timed = stopwatch.blocking(handing_over, SimpleNamespace(), [], SimpleNamespace(), 1)
    assert timed.cpu >= 80_000_000
