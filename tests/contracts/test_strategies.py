"""What every strategy owes: each call recorded once, never too many at once, failures kept, no task left over."""

import asyncio
import gc
import inspect
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from selectors import DefaultSelector
from typing import Any

import pytest

from overlap.harness import registry
from overlap.harness.model.record import Call
from overlap.harness.probe import Item, Probe, item

pytestmark = pytest.mark.langchain

FOLDER = "overlap.harness.strategies"
NAMES = registry.names(FOLDER)
ASYNCHRONOUS = [name for name in NAMES if inspect.iscoroutinefunction(registry.load(FOLDER, name).run)]
PIECES = ("", "one", " two", "")


class Jump(DefaultSelector):
    """A selector that waits by moving the clock to the next timer; waiting for ever is an error."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        """Return what is ready; where nothing is, it is *timeout* seconds later."""
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits and no timer is set"
            self.now += timeout
        return ready


class VirtualTime(asyncio.SelectorEventLoop):
    """An event loop for timers alone, on which hours take milliseconds: no sockets, no threads."""

    def __init__(self) -> None:
        self._jump = Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Return the virtual time in seconds."""
        return self._jump.now


class Waiting:
    """
    An application whose every call takes a second; it fails where the prompt says so, and counts.

    Blocking calls take as long as it takes until *together* of them are in flight, so that they need no clock.
    """

    def __init__(self, together: int = 1) -> None:
        self.seen: Counter[str] = Counter()
        self.running = 0
        self.peak = 0
        self._together = threading.Barrier(together, timeout=5)
        self._lock = threading.Lock()

    @contextmanager
    def _call(self, prompt: str) -> Iterator[None]:
        with self._lock:
            self.seen[prompt] += 1
            self.running += 1
            self.peak = max(self.peak, self.running)
        try:
            yield
            if "fail" in prompt:
                raise LookupError(prompt)
        finally:
            with self._lock:
                self.running -= 1

    def invoke(self, prompt: str, _config: Any = None, **_: Any) -> str:
        """Answer with the prompt."""
        with self._call(prompt):
            self._together.wait()
            return prompt

    async def ainvoke(self, prompt: str, _config: Any = None, **_: Any) -> str:
        """Answer with the prompt, a second later."""
        with self._call(prompt):
            await asyncio.sleep(1)
            return prompt

    def stream(self, prompt: str, _config: Any = None, **_: Any) -> Iterator[str]:
        """Yield the pieces."""
        with self._call(prompt):
            yield from PIECES

    async def astream(self, prompt: str, _config: Any = None, **_: Any) -> AsyncIterator[str]:
        """Yield the pieces, all within a second."""
        with self._call(prompt):
            for piece in PIECES:
                await asyncio.sleep(1 / len(PIECES))
                yield piece


@cache
def batching() -> type[Waiting]:
    """Return `Waiting` with LangChain's own batches, which to import takes longer than to collect all tests."""
    from langchain_core.runnables import Runnable

    return type("Batching", (Waiting, Runnable), {})


def items(count: int, failing: Sequence[int] = ()) -> list[Item]:
    """Make *count* calls, of which those at the places *failing* will fail."""
    return [item(index, "fail" if index in failing else "hello") for index in range(count)]


def run(name: str, app: Waiting, calls: Sequence[Item], concurrency: int) -> tuple[list[Call], float]:
    """Run a strategy to its end, an asynchronous one in virtual time; return the calls and the virtual seconds."""
    strategy, probe = registry.load(FOLDER, name).run, Probe()
    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        if inspect.iscoroutinefunction(strategy):
            runner.run(strategy(app, calls, probe, concurrency))
        else:
            strategy(app, calls, probe, concurrency)
        return probe.calls("cell", 0), runner.get_loop().time()


def sequential(name: str) -> bool:
    """Return whether the strategy says of itself that it has one call in flight at most."""
    return getattr(registry.load(FOLDER, name), "SEQUENTIAL", False)


every_strategy = pytest.mark.parametrize("name", NAMES)
every_asynchronous_one = pytest.mark.parametrize("name", ASYNCHRONOUS)


@every_strategy
def test_a_strategy_says_what_it_needs_and_what_it_is(name):
    """Which strategies apply follows from the methods an application has; the help names each."""
    assert callable(getattr(batching(), registry.load(FOLDER, name).NEEDS))
    assert len(registry.help_text(FOLDER, name)) > 20


@pytest.mark.parametrize(("count", "concurrency"), [(0, 4), (1, 1), (1, 4), (8, 1), (8, 4), (4, 4), (4, 100)])
@every_strategy
def test_each_call_is_made_once_and_recorded_once(name, count, concurrency):
    """Whatever the concurrency, every prompt reaches the application once, and every call is in the books once."""
    wave = 1 if sequential(name) else min(count, concurrency) or 1
    app, asked = batching()(wave), items(count)
    calls, _ = run(name, app, asked, concurrency)
    assert sorted(call.index for call in calls) == list(range(count))
    assert app.seen == Counter(each.prompt for each in asked)
    assert [call.error for call in calls] == [None] * count
    assert all(call.done >= call.sent > 0 for call in calls)


@pytest.mark.parametrize("concurrency", [1, 3, 6, 12])
@every_strategy
def test_as_many_calls_are_in_flight_as_were_asked_for(name, concurrency):
    """Never more, and not fewer either, unless the strategy says that it makes one call at a time."""
    app = batching()(1 if sequential(name) else concurrency)
    run(name, app, items(12), concurrency)
    assert app.peak == (1 if sequential(name) else concurrency)


@pytest.mark.parametrize(("concurrency", "expected"), [(1, 12), (4, 3), (12, 1)])
@every_asynchronous_one
def test_twelve_seconds_of_waiting_overlap(name, concurrency, expected):
    """Twelve calls of one second take twelve divided by the concurrency; one at a time, all twelve."""
    _, seconds = run(name, batching()(), items(12), concurrency)
    assert seconds == pytest.approx(12 if sequential(name) else expected)


@pytest.mark.parametrize("failing", [(0,), (2, 3), (7,), tuple(range(8))])
@every_strategy
def test_a_failing_call_is_recorded_and_the_others_go_on(name, failing):
    """A failure is one line in the books: no error comes out of the strategy, no other call is lost."""
    app = batching()(1 if sequential(name) else 4)
    calls, _ = run(name, app, items(8, failing), 4)
    failed = {call.index: call.error for call in calls}
    assert failed == {index: "LookupError" if index in failing else None for index in range(8)}
    assert app.seen.total() == 8


@every_strategy
def test_chunks_are_noted_where_there_are_any(name):
    """A streaming strategy notes each piece that carried output; the others have no chunks at all."""
    calls, _ = run(name, batching()(1 if sequential(name) else 2), items(4), 2)
    streamed = "stream" in registry.load(FOLDER, name).NEEDS
    assert [len(call.chunks) for call in calls] == [2 if streamed else 0] * 4


def own(task: asyncio.Task[Any]) -> bool:
    """Return whether a task was started here and not by LangChain, whose abatch_as_completed forgets its tasks."""
    return "langchain_core" not in task.get_coro().cr_code.co_filename


# LangChain makes the coroutines of a batch before their turn; cancelled, some have never begun.
@pytest.mark.filterwarnings("ignore:coroutine 'Runnable.abatch:RuntimeWarning")
@every_asynchronous_one
def test_a_cancelled_strategy_leaves_nothing_running(name):
    """A run that is stopped half way through leaves no task of its own, and with its loop the last call ends."""
    app, strategy = batching()(), registry.load(FOLDER, name).run

    async def main() -> None:
        task = asyncio.create_task(strategy(app, items(12), Probe(), 4))
        await asyncio.sleep(1.1)
        assert app.running > 0
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for _ in range(10):
            await asyncio.sleep(0)
        assert set(filter(own, asyncio.all_tasks())) == {asyncio.current_task()}

    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        runner.run(main())
    gc.collect()
    assert app.running == 0
