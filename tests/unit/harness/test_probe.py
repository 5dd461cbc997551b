"""The probe: what is noted of a call, by hand-worked times on a clock the test turns."""

import asyncio

import pytest

from overlap.harness import probe as probing
from overlap.harness.probe import Probe, carries, item, name, of_any_round, tag


@pytest.fixture
def clock(monkeypatch):
    """A clock that shows the times it is given, one after another."""
    times = iter(())

    def turn(*shown):
        nonlocal times
        times = iter(shown)

    monkeypatch.setattr(probing, "monotonic_ns", lambda: next(times))
    return turn


def test_a_streamed_call_has_its_chunks_counted_from_its_start(clock):
    """Sent at 130, chunks at 150, 160 and 190, done at 195: TTFT 20, ITL 10 and 30."""
    clock(130, 150, 160, 190, 195)
    probe = Probe()
    with probe.measure(item(0, "hello")) as call:
        for piece in ("a", "b", "c"):
            call.saw(piece)
    [made] = probe.calls("cell", 2)
    assert (made.sent, list(made.chunks), made.done, made.round) == (130, [20, 30, 60], 195, 2)
    assert made.ttft == 20
    assert made.itl == [10, 30]


def test_a_chunk_without_output_is_no_token(clock):
    """The role at the start and the empty chunks at the end of a stream are not counted."""
    clock(0, 10, 20, 30, 40)
    probe = Probe()
    with probe.measure(item(0, "hello")) as call:
        for piece in ("", "word", ""):
            call.saw(piece)
    assert list(probe.calls("cell", 0)[0].chunks) == [20]


def test_an_error_is_noted_and_goes_no_further(clock):
    """A failing call is recorded, not raised, and its name carries the HTTP status but never the message."""
    clock(0, 5)

    class RateLimited(Exception):
        status_code = 429

    probe = Probe()
    with probe.measure(item(0, "a secret prompt")):
        raise RateLimited("a secret prompt was refused")
    assert probe.calls("cell", 0)[0].error == "RateLimited 429"


def test_a_cancellation_is_noted_and_goes_on():
    """Cancelling must still cancel: only ordinary errors are held back."""
    probe = Probe()

    def cancelled():
        with probe.measure(item(0, "hello")):
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        cancelled()
    assert probe.calls("cell", 0)[0].error == "CancelledError"


def test_calls_handed_over_together_share_a_start_and_an_end(clock):
    """What `abatch` does inside cannot be seen: all start at 100, all end at 400."""
    clock(100, 400, 401)
    probe = Probe()
    with probe.together([item(0, "a"), item(1, "b")]) as calls:
        calls.finish_all(["fine", ValueError()])
    first, second = probe.calls("cell", 0)
    assert (first.sent, first.done, first.error) == (100, 400, None)
    assert (second.sent, second.done, second.error) == (100, 400, "ValueError")


def test_calls_handed_over_together_may_end_one_by_one(clock):
    """`abatch_as_completed` shows each end: the second at 200, the first at 300."""
    clock(100, 200, 300, 301)
    probe = Probe()
    with probe.together([item(0, "a"), item(1, "b")]) as calls:
        calls.finish(1, "fine")
        calls.finish(0, "fine")
    assert [call.done for call in probe.calls("cell", 0)] == [300, 200]


def test_a_batch_that_fails_as_a_whole_fails_each_of_its_calls(clock):
    """Every item is recorded exactly once, whatever becomes of the batch."""
    clock(100, 150)
    probe = Probe()
    with probe.together([item(0, "a"), item(1, "b")]):
        raise TimeoutError
    assert [call.error for call in probe.calls("cell", 0)] == ["TimeoutError", "TimeoutError"]


def test_a_call_without_an_answer_is_named_so(clock):
    """A batch that gives fewer answers than it got prompts does not pass for complete."""
    clock(100, 150, 160)
    probe = Probe()
    with probe.together([item(0, "a"), item(1, "b")]) as calls:
        calls.finish(0, "fine")
    assert [call.error for call in probe.calls("cell", 0)] == [None, "NoAnswer"]


def test_a_call_that_never_ended_is_not_recorded():
    """What was under way when the clock stopped is missing from the books, not made up."""
    probe = Probe()
    probe.measure(item(0, "a")).__enter__()
    assert probe.calls("cell", 0) == []


def test_the_tag_is_in_front_of_the_prompt():
    """The server finds the call by its tag; a warm-up call's is another one."""
    assert item(17, "Why?").prompt == "[call 000017] Why?"
    assert item(17, "Why?", warmup=True).prompt == "[call w00017] Why?"


def test_a_tag_names_the_round_where_there_is_one():
    """Each round has latencies of its own; warm-up calls have none; a call is found again without its round."""
    assert tag(17, warmup=False, draw=0) == "r000.000017"
    assert tag(17, warmup=False, draw=12) == "r012.000017"
    assert tag(17, warmup=True, draw=12) == "w00017"
    assert {of_any_round(tag(17, warmup=False, draw=draw)) for draw in (None, 0, 12, 1234)} == {"000017"}
    assert tag(17, warmup=False) == "000017"


@pytest.mark.parametrize(
    ("content", "parts", "expected"),
    [("text", None, True), ("", None, False), ("", ["part of a tool call"], True), ([], [], False)],
)
def test_a_chunk_of_langchain_carries_output_by_its_content_or_tool_call(content, parts, expected):
    """LangChain's last chunks are empty; a tool call's parts have no text but are output."""

    class Chunk:
        def __init__(self):
            self.content = content
            self.tool_call_chunks = parts

    assert carries(Chunk()) is expected


def test_an_error_without_a_status_is_named_by_its_kind():
    """The kind is enough to count by; a status of another type is not taken for one."""
    error = RuntimeError("secret")
    error.status_code = "429"
    assert name(error) == "RuntimeError"


def test_calls_that_are_handed_over_together_say_so_and_one_alone_does_not():
    """A batch of one is a call like any other."""
    probe = Probe()
    with probe.together([item(0, "a"), item(1, "b")]) as calls:
        calls.finish_all(["x", "y"])
    with probe.together([item(2, "c")]) as alone:
        alone.finish_all(["z"])
    with probe.measure(item(3, "d")):
        pass
    assert [call.together for call in probe.calls("c", 0)] == [True, True, False, False]


def test_bytes_are_read_as_events_wherever_they_are_cut(clock):
    """A ping and a role are no output; the last token counts although [DONE] comes in the same read."""
    clock(0, 10, 20, 30, 40)
    probe = Probe()
    with probe.measure(item(0, "")) as call:
        call.saw(b": ping\n\nda")
        call.saw(b'ta: {"choices":[{"delta":{"role":"assistant"}}]}\n\n')
        call.saw(b'data: {"choices":[{"delta":{"content":"w"}}]}\n\ndata: [DONE]\n\n')
    assert list(probe.calls("cell", 0)[0].chunks) == [30]


def test_bytes_that_are_no_events_are_output_as_they_come(clock):
    """Plain text, piece by piece."""
    clock(0, 10, 20, 30)
    probe = Probe()
    with probe.measure(item(0, "")) as call:
        call.saw(b"Good")
        call.saw(b" morning")
    assert list(probe.calls("cell", 0)[0].chunks) == [10, 20]


def test_an_event_without_its_last_line_end_came_with_the_last_bytes(clock):
    """Not when the call ended."""
    clock(0, 10, 99)
    probe = Probe()
    with probe.measure(item(0, "")) as call:
        call.saw(b'data: {"choices":[{"delta":{"content":"w"}}]}')
    assert list(probe.calls("cell", 0)[0].chunks) == [10]


def test_thinking_is_noted_apart(clock):
    """The first piece of it, at 10; the answer begins at 30."""
    clock(0, 10, 20, 30, 40)
    probe = Probe()
    with probe.measure(item(0, "")) as call:
        for delta in ({"reasoning_content": "h"}, {"reasoning_content": "m"}, {"content": "word"}):
            call.saw({"choices": [{"delta": delta}]})
    [made] = probe.calls("cell", 0)
    assert (made.reasoning, list(made.chunks), made.ttft, made.first_answer) == (10, [30], 10, 30)
