"""What a worker answers, as records on both sides of its pipe."""

from dataclasses import fields

import orjson
import pytest

from overlap.harness.bench.worker_process import result_from
from overlap.harness.model.record import Call, Lag, Metered, Pauses, Queue, Slot
from overlap.harness.text import fast_json
from overlap.harness.worker.results import FirstCalls, SlotResult, Timed, values

WHOLE = Timed(
    started=1,
    ended=9,
    cpu=3,
    lag=Lag(1, None, 2, 3),
    beats=1,
    gc=Pauses(1, 2, 2),
    queue=Queue(3, 4, 5),
    pool=Queue(0, 0, 0),
    metered=Metered(2, 30, reason="the budget of tokens is spent"),
    offered=Lag(1, 2, 3, 400),
    awake=True,
    tasks=0,
    threads=1,
    refused=0,
    processes=2,
)
CALLS = [Call("c", 0, 1, 2, 3, chunks=[1, 2], error="Unfinished", warmup=True), Call("c", 0, 2, 2, 3, due=1)]


@pytest.mark.parametrize("timed", [WHOLE, Timed(1, 9, 3)], ids=["everything known", "hardly anything"])
def test_what_was_timed_comes_out_of_the_pipe_as_it_went_in(timed):
    """What is unknown stays so, and a count of 0 stays known."""
    answer = orjson.loads(fast_json.dumps({"timed": timed, "calls": CALLS}))
    result = result_from(answer)
    assert result.timed == timed
    assert [(call.index, list(call.chunks), call.error, call.due) for call in result.calls] == [
        (1, [1, 2], "Unfinished", None),
        (2, [], None, 1),
    ]
    assert isinstance(result, SlotResult)


def test_whatever_is_timed_has_its_place_in_a_slots_record():
    """Else it would be measured, sent, and forgotten."""
    known = {field.name for field in fields(Slot)}
    assert {field.name for field in fields(Timed)} <= known
    assert None not in values(WHOLE).values()


def test_first_calls_come_out_of_the_pipe_as_they_went_in():
    """Keys and lines alike."""
    came = FirstCalls(3, 1, ["app.py, line 3: KeyError"], {"invoke": "async only"})
    assert FirstCalls(**orjson.loads(fast_json.dumps({"tried": came}))["tried"]) == came
