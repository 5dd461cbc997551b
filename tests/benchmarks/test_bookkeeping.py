"""
What the stopwatch itself costs, in rows of pytest-benchmark: per call, per chunk, per batch, per call on file.

`pytest tests/benchmarks --benchmark-enable` measures; without the option each runs once, as a test that it works.
Nothing is asserted of the times: they belong to a machine.
"""

import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest

from overlap.harness.model.record import Call
from overlap.harness.probe import Probe, item
from overlap.harness.store.run_files import line
from overlap.harness.worker.executor import StampedExecutor
from overlap.harness.worker.gc_pauses import Collections


class Chunk:
    """A chunk as LangChain's are: the text is its content."""

    tool_call_chunks = ()

    def __init__(self, content: str) -> None:
        self.content = content


def test_marking_one_call(benchmark):
    """Two readings of the clock and one mark."""
    probe, asked = Probe(), item(0, "hello")

    def measured() -> None:
        probe.marks.clear()
        with probe.measure(asked):
            pass

    benchmark(measured)
    assert probe.calls("cell", 0)[0].error is None


def test_marking_one_call_that_fails(benchmark):
    """The same, with an error that is caught and named."""
    probe, asked = Probe(), item(0, "hello")

    def measured() -> None:
        probe.marks.clear()
        with probe.measure(asked):
            raise LookupError

    benchmark(measured)
    assert probe.calls("cell", 0)[0].error == "LookupError"


@pytest.mark.parametrize("piece", ["text", Chunk("text"), Chunk("")], ids=["str", "message", "empty message"])
def test_noting_a_hundred_chunks(benchmark, piece):
    """One reading of the clock per chunk, and a look at whether it carries output; divide by a hundred."""
    probe, asked = Probe(), item(0, "hello")

    def measured() -> None:
        probe.marks.clear()
        with probe.measure(asked) as call:
            for _ in range(100):
                call.saw(piece)

    benchmark(measured)
    expected = 0 if getattr(piece, "content", piece) == "" else 100
    assert len(probe.calls("cell", 0)[0].chunks) == expected


def test_marking_a_hundred_calls_together(benchmark):
    """What a batch of a hundred calls costs to span."""
    asked = [item(index, "hello") for index in range(100)]

    def measured() -> Probe:
        probe = Probe()
        with probe.together(asked) as calls:
            calls.finish_all([None] * 100)
        return probe

    assert len(benchmark(measured).calls("cell", 0)) == 100


def test_making_a_hundred_calls_of_marks(benchmark):
    """Done after the clock has stopped; a hundred streamed calls of fifty chunks each."""
    probe = Probe()
    for index in range(100):
        with probe.measure(item(index, "hello")) as call:
            for _ in range(50):
                call.saw("text")
    calls = benchmark(probe.calls, "cell", 0)
    assert [len(call.chunks) for call in calls] == [50] * 100


def test_writing_one_call_as_a_line(benchmark):
    """A streamed call of fifty chunks, as it goes into calls.jsonl."""
    call = Call(
        "cell", 0, 17, sent=1_000_000_000, done=2_000_000_000, chunks=list(range(0, 500_000_000, 10_000_000))
    )
    assert benchmark(line, call).endswith(b"}\n")


@pytest.mark.parametrize("kind", [ThreadPoolExecutor, StampedExecutor], ids=["plain", "stamped"])
def test_handing_work_to_a_thread(benchmark, kind):
    """What a stamped executor costs more than a plain one, for each piece of work."""
    with kind(1) as threads:
        benchmark(lambda: threads.submit(int).result())


@pytest.mark.parametrize("timed", [False, True], ids=["plain", "timed"])
def test_collecting_garbage(benchmark, timed):
    """What timing a collection of the youngest generation costs, beside the collection itself."""
    with Collections() if timed else nullcontext() as collections:
        benchmark(gc.collect, 0)
    assert not timed or collections.pauses.count
