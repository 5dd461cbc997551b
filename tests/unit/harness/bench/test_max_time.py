"""A run that is given so many seconds: whole rounds, at least three, by the clock alone."""

from types import SimpleNamespace

import pytest

from overlap.harness.bench import rounds as runner
from overlap.harness.bench.rounds import Runner, rounds
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import Planned
from overlap.harness.model.record import Cell, Slot

CELLS = [Planned(Cell("s", "c", name, "asyncio", 1), 1, 6, 1) for name in ("gather", "ainvoke")]
SECONDS_A_SLOT = 10.0


@pytest.fixture
def carried_out(monkeypatch):
    """A function that carries out six rounds of two slots of ten seconds each, on a clock of its own."""
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(runner, "monotonic", lambda: clock.now)
    monkeypatch.setattr(runner, "team", lambda *_, **__: SimpleNamespace(end=lambda: None))

    def measured(launch, order, position, patience):
        del launch, patience
        clock.now += SECONDS_A_SLOT
        return Slot(order.cell.id, order.round, position, order.calls, 0, 1, 1), []

    monkeypatch.setattr(runner, "measured", measured)

    def carry_out(max_time):
        entered, told = [], []
        ledger = SimpleNamespace(enter=lambda slot, _calls, _made: entered.append((slot.round, slot.cell)))
        servers = SimpleNamespace(of=lambda _: SimpleNamespace(base_url="http://127.0.0.1:1"), worker_cores=())
        with Runner(RunConfig(max_time=max_time), servers, ledger, told.append) as carrying:
            left = carrying.carry_out(rounds(CELLS, seed=1))
        return entered, [each.number for each in left], told

    return carry_out


@pytest.mark.parametrize(
    ("max_time", "unbegun"),
    [
        (None, []),
        (120.0, []),
        (119.0, [5]),
        (99.0, [4, 5]),
        (1.0, [3, 4, 5]),
    ],
)
def test_no_round_is_begun_that_would_end_too_late(carried_out, max_time, unbegun):
    """Each round takes 20 s: what is run is run in both cells, and three rounds are always run."""
    entered, left, _ = carried_out(max_time)
    assert left == unbegun
    begun = [number for number in range(6) if number not in unbegun]
    assert sorted(entered) == sorted((number, each.cell.id) for number in begun for each in CELLS)


def test_the_time_left_is_never_more_than_was_given(carried_out):
    """After the first slot eleven more wait, 110 s of them; when 60 s are up they will not have been begun."""
    _, _, told = carried_out(60.0)
    assert told[1].left == 50.0
    assert told[-1].done == told[-1].total == 6
