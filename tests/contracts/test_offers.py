"""What a strategy with an open loop owes: each call started when due, whatever came of the others, none lost."""

import asyncio
import inspect
import threading
from time import monotonic_ns
from typing import Any

import pytest

from overlap.harness import registry
from overlap.harness.model.record import Call
from overlap.harness.probe import Item, Probe
from overlap.harness.worker.open_loop import NOT_STARTED, UNFINISHED, OpenLoop

FOLDER = "overlap.harness.strategies"
NAMES = [name for name in registry.names(FOLDER) if hasattr(registry.load(FOLDER, name), "offer")]
every_offer = pytest.mark.parametrize("name", NAMES)
GAP = 2_000_000


class Hanging:
    """An application whose calls end when they are let go; the prompt "fail" fails at once."""

    def __init__(self, *, held: bool = False) -> None:
        self.running = 0
        self.peak = 0
        self._lock = threading.Lock()
        self._go = threading.Event()
        if not held:
            self._go.set()

    def go(self) -> None:
        """Let every call end."""
        self._go.set()

    def _begin(self, prompt: str) -> None:
        with self._lock:
            self.running += 1
            self.peak = max(self.peak, self.running)
        if "fail" in prompt:
            raise LookupError(prompt)

    def invoke(self, prompt: str) -> str:
        """Return when let go; like an HTTP client it gives up in the end."""
        try:
            self._begin(prompt)
            self._go.wait(0.5)
        finally:
            self.running -= 1
        return prompt

    async def ainvoke(self, prompt: str) -> str:
        """Return when let go."""
        try:
            self._begin(prompt)
            while not self._go.is_set():  # noqa: ASYNC110  it is set from another thread
                await asyncio.sleep(0.001)
        finally:
            self.running -= 1
        return prompt

    async def astream(self, prompt: str) -> Any:
        """Yield the answer when let go."""
        yield await self.ainvoke(prompt)


def keep(name: str, app: Hanging, items: list[Item], places: int, patience: float = 5.0) -> list[Call]:
    """Run an open loop of a strategy and return its calls in their order."""
    loop, probe = OpenLoop(registry.load(FOLDER, name), patience), Probe()
    if inspect.iscoroutinefunction(loop.run):
        asyncio.run(loop.run(app, items, probe, places))
    else:
        loop.run(app, items, probe, places)
    assert loop.late is None or loop.late.count == len(items)
    return sorted(probe.calls("cell", 0), key=lambda call: call.index)


def items(count: int, gap: int = GAP, prompt: str = "hello") -> list[Item]:
    """Make *count* calls due every *gap* ns from the start."""
    return [Item(index, prompt, index * gap) for index in range(count)]


@every_offer
def test_each_call_is_made_once_and_never_before_it_is_due(name):
    """Due times are of the clock, as far from each other as they were planned."""
    calls = keep(name, Hanging(), items(20), 64)
    assert [call.index for call in calls] == list(range(20))
    assert [call.due - calls[0].due for call in calls] == [index * GAP for index in range(20)]
    assert all(call.sent >= call.due for call in calls)
    assert all(call.error is None for call in calls)


@every_offer
def test_the_plan_does_not_wait_for_answers(name):
    """Calls are started although none has come back: all of them are under way when the first is let go."""
    app = Hanging(held=True)
    timer = threading.Timer(0.2, app.go)
    timer.start()
    calls = keep(name, app, items(20), 64)
    timer.join()
    assert app.peak == 20
    assert len(calls) == 20


@every_offer
def test_failing_calls_are_recorded_and_the_plan_goes_on(name):
    """A failure is one line in the books."""
    assert [call.error for call in keep(name, Hanging(), items(5, prompt="fail"), 4)] == ["LookupError"] * 5


@every_offer
def test_what_has_not_come_back_in_time_is_cut_off_and_not_lost(name):
    """In flight or still waiting for a place: every call is on record, and the slot ends."""
    app, began = Hanging(held=True), monotonic_ns()
    calls = keep(name, app, items(12, gap=0), 3, patience=0.05)
    assert [call.index for call in calls] == list(range(12))
    begun = [call for call in calls if call.error != NOT_STARTED]
    # A blocking call cannot be cancelled: it ends when its client gives up.
    cancelled = inspect.iscoroutinefunction(registry.load(FOLDER, name).run)
    assert {call.error for call in begun} == {UNFINISHED if cancelled else None}
    assert len(begun) in {3, 12}
    assert app.running == 0
    assert monotonic_ns() - began < 20e9


@every_offer
def test_nothing_due_is_nothing_done(name):
    """An open loop without calls ends at once."""
    assert keep(name, Hanging(), [], 4) == []


def test_an_error_of_the_strategy_itself_is_raised():
    """The probe keeps what calls raise; a strategy that is broken must not look like a slow service."""
    broken = registry.load(FOLDER, "ainvoke")
    with pytest.raises(AttributeError):
        asyncio.run(OpenLoop(broken, 1.0).run(Hanging(), items(2), None, 4))
