"""What others took of the processors: counted on the cores that were used, and without what is ours."""

import subprocess
import sys
from time import process_time

import pytest

from overlap.harness.host import other_programs
from overlap.harness.host.core_pinning import Seats
from overlap.harness.host.other_programs import CpuSample, look, taken, used

BURN = "import time\nwhile time.process_time() < 0.1: pass\nprint(flush=True)\ninput()"


def test_what_others_took_is_what_was_busy_and_not_ours():
    """Two seconds on two cores: 3 s busy of which 2.5 ours, 0.2 s stolen of 4."""
    found = taken(CpuSample(0.0, 10.0, 1.0, 5.0, 2), CpuSample(2.0, 13.0, 1.2, 7.5, 2))
    assert found.foreign == pytest.approx(0.25)
    assert found.steal == pytest.approx(0.05)


def test_nothing_is_known_where_the_kernel_does_not_say():
    """None, and no error; nor where no time has passed."""
    assert taken(
        CpuSample(0.0, None, None, 5.0, 2), CpuSample(2.0, None, None, 7.5, 2)
    ) == other_programs.TakenCpu(None, None)
    assert taken(CpuSample(2.0, 1.0, 0.0, 5.0, 2), CpuSample(2.0, 1.0, 0.0, 5.0, 2)) == other_programs.TakenCpu(
        None, None
    )


def test_steal_is_of_the_cores_used_and_of_no_others(tmp_path, monkeypatch):
    """Core 1 was stolen for 1 s; of cores 0 and 1 that is 1 s, of core 0 nothing, though the host has 64."""
    idle = "".join(f"cpu{core} 0 0 0 100 0 0 0 0 0 0\n" for core in range(2, 64))
    stat = tmp_path / "stat"
    stat.write_text(f"cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 50 0 0 0 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 100 0 0\n{idle}")
    monkeypatch.setattr(other_programs, "_STAT", stat)
    both, first = look([0, 1]), look([0])
    assert (both.stolen, both.busy, both.cores) == (1.0, 0.5, 2)
    assert (first.stolen, first.busy, first.cores) == (0.0, 0.5, 1)


def test_a_core_is_known_by_its_name_where_others_are_offline(tmp_path, monkeypatch):
    """Core 1 is offline: the second row is that of core 2."""
    stat = tmp_path / "stat"
    stat.write_text("cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 50 0 0 0 0 0 0 0 0 0\ncpu2 200 0 0 0 0 0 0 0 0 0\n")
    monkeypatch.setattr(other_programs, "_STAT", stat)
    assert (look([2]).busy, look([1]).busy) == (2.0, None)


@pytest.mark.parametrize(
    ("seats", "processes", "cores"),
    [
        (Seats((0, 1, 2), 7), 1, [0, 7]),
        (Seats((0, 1, 2), 7), 2, [0, 1, 7]),
        (Seats((0, 1, 2), 7), 9, [0, 1, 2, 7]),
        (Seats((None,), None), 1, [0, 1, 2, 3]),
    ],
)
def test_the_cores_that_are_used_are_the_workers_and_the_servers(monkeypatch, seats, processes, cores):
    """Where nobody has a core of its own, all of them."""
    monkeypatch.setattr(other_programs, "seats", lambda: seats)
    monkeypatch.setattr(other_programs, "cores", lambda: [0, 1, 2, 3])
    assert used(processes) == cores


def test_what_a_child_computes_is_ours_while_it_lives_and_after():
    """A tenth of a second of a child's is no foreign one, nor does it count twice once the child has ended."""
    before, mine = look(), process_time()
    with subprocess.Popen([sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        alive = look().ours - before.ours
        child.communicate(b"\n")
    ended = look().ours - before.ours
    mine = process_time() - mine
    # The kernel counts in ticks of 10 ms.
    assert 0.08 <= alive <= ended + 0.02
    assert ended <= 0.2 + mine + 0.1
