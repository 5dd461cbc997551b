"""The life of a slot, which all that run slots share."""

import asyncio
import gc
import sys
from dataclasses import asdict, fields

import orjson
import pytest

from overlap.harness.bench.rounds import measured
from overlap.harness.bench.worker_process import result_from
from overlap.harness.diagnose.run import Lab
from overlap.harness.mock.journal import Journal
from overlap.harness.mock.process import mock_command, start
from overlap.harness.model.metrics import CALLS, SLOTS
from overlap.harness.model.record import Cell, Served, Slot
from overlap.harness.pytest_plugin.slots import OpenSlot
from overlap.harness.stats.columns import numbers
from overlap.harness.stats.rounds import MeasuredRound
from overlap.harness.text import fast_json
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.main import answer
from overlap.harness.worker.order import Order
from overlap.harness.worker.slot import SlotSession, execute

APP = """
import asyncio, gc

class App:
    closed = 0
    async def ainvoke(self, question):
        await asyncio.sleep(0.001)
        return await asyncio.to_thread(str, question)
    def invoke(self, question):
        return gc.get_freeze_count()
    def close(self):
        App.closed += 1

app = App()
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Return what makes the order of an application in a file, by a strategy; the environment is kept."""
    gc.collect()
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_KEY", "NO_PROXY"):
        monkeypatch.setenv(name, "")
    (tmp_path / "own_slot.py").write_text(APP)

    def order(strategy="gather", **more):
        cell = Cell("own_slot.py:app", "own", strategy, "asyncio", 2)
        word = f"{tmp_path}/own_slot.py:app"
        return Order(cell, 0, 3, 2, "http://127.0.0.1:9", 7, 2, 30.0, 0, subject=word, **more)

    yield order
    sys.modules.pop("own_slot", None)


class Here:
    """A launch whose worker is this process: what it answers goes through JSON as it would between two."""

    def slot(self, order, patience):
        """Have *order* carried out as a worker does."""
        del patience
        return result_from(orjson.loads(fast_json.dumps(answer({"slot": asdict(order)}))))


def known(each):
    """Return the fields of a round's slot that are known, and the metrics that can be told of the round."""
    slot = {field.name for field in fields(Slot) if getattr(each.slot, field.name) is not None}
    names = [*(metric.name for metric in SLOTS), *(f"{metric.name}.p50" for metric in CALLS)]
    return slot, {name for name in names if numbers(name, [each])[0] is not None}


@pytest.mark.parametrize("strategy", ["gather", "astream_many"])
def test_a_benchmark_of_pytest_knows_of_a_cell_what_a_slot_of_bench_knows(strategy):
    """The same instruments around the same life: what is known of one is known of the other, and as much of it."""
    cell = Cell("strategies", "floor", strategy, "asyncio", 3)
    with start(mock_command("steady,ttft=0.01,itl=0.002", 3, 7)) as server:
        order = Order(cell, 0, 6, 3, server.base_url, 7, 2, 30.0, 0, draw=0)
        opened = OpenSlot(order)
        opened.run()
        ours = opened.closed()
        slot, calls = measured(Here(), order, 0, 30.0)
    theirs = MeasuredRound(
        cell, slot, [each for each in calls if not each.warmup], [each for each in calls if each.warmup]
    )
    assert known(ours) == known(theirs)
    assert {"gc", "pool", "tasks", "threads", "lag", "beats", "opened", "peak"} <= known(ours)[0]
    assert (ours.slot.requests, ours.slot.peak) == (theirs.slot.requests, theirs.slot.peak) == (9, 3)
    assert (ours.slot.opened, ours.slot.tasks, ours.slot.threads) == (0, 0, 0)


def test_a_lent_process_has_its_heap_back_afterwards(own, monkeypatch):
    """While calls are timed the heap is set aside, as in a worker; afterwards all of it is collected again."""
    monkeypatch.setattr("overlap.harness.worker.target.Target.collectable", False)
    gc.unfreeze()
    seen = []
    monkeypatch.setattr(
        "overlap.harness.worker.slot.blocking", lambda *_: seen.append(gc.get_freeze_count()) or _blocking(*_)
    )
    session = SlotSession(own("invoke"), lent=True).open()
    assert gc.get_freeze_count() == 0
    session.warm()
    session.run()
    session.close()
    assert seen[0] == 0
    assert seen[1] > 1000
    assert gc.get_freeze_count() == 0


def _blocking(*arguments):
    from overlap.harness.worker.stopwatch import blocking

    return blocking(*arguments)


def test_what_was_set_aside_by_others_stays_so(own, monkeypatch):
    """A lent process gives back what the slot has taken and nothing else."""
    monkeypatch.setattr("overlap.harness.worker.target.Target.collectable", False)
    gc.freeze()
    before = gc.get_freeze_count()
    try:
        with SlotSession(own("invoke"), lent=True) as session:
            session.warm()
            session.run()
        assert gc.get_freeze_count() >= before - 1000
    finally:
        gc.unfreeze()


def test_work_handed_to_threads_is_in_the_slots_own_book(own):
    """Three calls hand over one piece of work each; the two of warm-up are not counted."""
    assert execute(own()).timed.queue.count == 3
    assert execute(own("invoke")).timed.queue is None


def test_an_application_is_closed_though_its_questions_cannot_be_had(own, tmp_path):
    """What was built is closed, whatever goes wrong before the first call."""
    with pytest.raises(Mistake):
        execute(own(inputs=str(tmp_path / "none.jsonl")))
    assert sys.modules["own_slot"].App.closed == 1


class Noting:
    """A watch that notes when it was told what."""

    def __init__(self):
        self.noted = []

    def began(self, loop):
        """Note whether there is a loop."""
        self.noted.append("loop" if loop else "none")

    def ended(self):
        """Note the end."""
        self.noted.append("end")


@pytest.mark.parametrize(("strategy", "kind"), [("gather", "loop"), ("invoke", "none")])
def test_a_watch_sees_the_warm_up_calls_and_those_that_are_timed(own, strategy, kind):
    """Each time it hears of the beginning and of the end; a plain strategy runs on no loop."""
    watch = Noting()
    execute(own(strategy), watch=watch)
    assert watch.noted == [kind, "end"] * 2


def test_a_watch_hears_of_the_end_where_a_strategy_breaks_off(own, monkeypatch):
    """A thread of its own would else look on for ever."""
    watch = Noting()

    async def broken(*_):
        raise asyncio.InvalidStateError

    monkeypatch.setattr("overlap.harness.strategies.gather.run", broken)
    with pytest.raises(asyncio.InvalidStateError):
        execute(own(), watch=watch)
    assert watch.noted == ["loop", "end"]


def test_a_result_is_known_once_the_slot_was_run(own):
    """Opened and closed it has none."""
    with SlotSession(own()) as slot:
        assert len(slot.calls) == 3
    with pytest.raises(RuntimeError, match="not run"):
        _ = slot.result


def test_a_diagnosis_joins_requests_without_a_tag_by_time_as_bench_does(own, monkeypatch):
    """An application that rewords its prompts drops the tag: its two calls have one request each all the same."""
    order = own()
    calls = [
        {"cell": order.cell.id, "round": 0, "index": n, "sent": n * 100, "done": n * 100 + 50} for n in (0, 1)
    ]
    journal = Journal(1, 1, 0, tuple((None, Served(n * 100 + 10, [5], [5], 20, connection=0)) for n in (0, 1)))
    monkeypatch.setattr("overlap.harness.bench.surroundings.take", lambda _: journal)
    lab = object.__new__(Lab)
    lab.ask = lambda _: {"timed": {"started": 0, "ended": 200, "cpu": 1}, "calls": calls}
    slot, joined, _ = lab.slot(order, {})
    assert [len(call.served) for call in joined] == [1, 1]
    assert (slot.by_time, slot.unjoined) == (2, 0)
