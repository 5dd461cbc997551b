"""The calibration against a real mock: its schedule is known, so is what must come out."""

import pytest

from overlap.harness.bench.calibration import calibrate
from overlap.harness.model.config import config_from
from overlap.harness.stats.floor import floors
from overlap.harness.store.run_about import RunAbout


@pytest.fixture(scope="module")
def calibration():
    """One round on one loop; the run's own server is another, and is left alone."""
    return calibrate(config_from({"calibrate": "1", "server": "false"}), ["asyncio"])


def test_the_floor_is_measured_at_one_call_and_at_many(calibration):
    """Nobody is faster than the schedule: no error is negative, no throughput above the ideal."""
    known = {floor.concurrency: floor for floor in floors(RunAbout(calibration=calibration))}
    assert set(known) == {1, 64}
    for floor in known.values():
        assert floor.figures["ttft_error.p50"].value > 0
        assert floor.figures["overhead.p50"].value > 0
        assert 0 < floor.figures["overlap"].value <= 100


def test_the_calibrations_books_balance(calibration):
    """One call alone after two to warm up, twice 64 at once after 64 to warm up; all of them joined."""
    assert calibration.fault is None
    balance = calibration.balance
    assert balance.faults == ()
    assert [getattr(balance, name) for name in ("made", "recorded", "joined", "entries")] == [195, 195, 195, 195]


def test_the_idle_loop_and_the_clock_are_on_file(calibration):
    """A clock that moves on, sleeps that are never short, and every heartbeat in one class of the histogram."""
    [timers] = calibration.timers
    assert timers.loop == "asyncio"
    assert 0 < timers.clock_step < 1_000_000
    assert timers.clock_read > 0
    assert timers.sleep.count > 10
    assert sum(count for _, count in timers.histogram) == timers.lag.count


def test_a_calibration_that_cannot_be_made_says_why(monkeypatch):
    """A fault is one line on file, and no reason to lose the run."""
    monkeypatch.setattr("overlap.harness.mock.processes.mock_command", lambda *_: ["/nowhere/to/be/found"])
    found = calibrate(config_from({"calibrate": "1"}), ["asyncio"])
    assert "/nowhere/to/be/found" in found.fault
    assert found.floor is None
