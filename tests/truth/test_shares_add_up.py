"""The shares of a call's time add up, whatever became of the call: answered whole, retried, refused, cut."""

import sys
from dataclasses import astuple

import pytest

from overlap.harness.bench.run import run
from overlap.harness.model.config import config_from
from overlap.harness.model.shares import shares
from overlap.harness.store import run_files

FAULTY = (
    f"{sys.executable} -m overlap.mock_server --port 0 --profile steady,ttft=0.02,itl=0.002 --tokens 8 "
    "--fault status,code=503,retry_after=0.01,every=3 --fault cut,after=3,every=4"
)


@pytest.fixture(scope="module")
def calls(made_once):
    """Calls in one piece and streams, by the SDK with its retries and the floor without, to a faulty server."""
    asked = {
        "scenarios": ("streaming",),
        "clients": "openai,floor",
        "strategies": "gather_bounded,astream_many",
        "concurrency": "4",
        "calls": "16",
        "rounds": "1",
        "max_retries": "2",
        "server": FAULTY,
        "calibrate": "0",
    }

    def fill(results):
        assert run(config_from({**asked, "results": results}), lambda _: None).faults == ()

    faulty = made_once("shares", fill) / "latest"
    return [call for call in run_files.read(faulty).calls if not call.warmup]


KINDS = {
    "in one piece": lambda call: not call.error and not call.chunks and len(call.served) == 1,
    "streamed": lambda call: not call.error and len(call.chunks) == 8 and len(call.served) == 1,
    "retried": lambda call: not call.error and len(call.served) > 1,
    "refused": lambda call: call.error and call.served[-1].status == 503,
    "cut": lambda call: call.error and call.chunks and call.served[-1].fault,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_nanosecond_has_one_owner(calls, kind):
    """All owners from sending on are the time from sent to done: to the nanosecond, none below zero."""
    chosen = [call for call in calls if KINDS[kind](call)]
    assert chosen
    for call in chosen:
        owned = shares(call)
        parts = astuple(owned)[1:]
        assert sum(parts) == call.done - call.sent
        assert min(parts) >= 0
        assert call.error or sum(parts) == call.e2e


def test_no_call_that_the_server_knows_is_left_out(calls):
    """What is divided is every joined call, not those that went well."""
    assert len(calls) == 64
    assert all(shares(call) for call in calls)


def test_the_pause_that_a_refusal_asked_for_is_on_file_and_is_no_client_library(calls):
    """Ten milliseconds by the server's header, as often as a request of the call was refused and tried again."""
    refused = [call for call in calls if not call.error and any(entry.status == 503 for entry in call.served)]
    assert refused
    for call in refused:
        pauses = [entry.retry_after for entry in call.served if entry.status == 503]
        assert set(pauses) == {10_000_000}
        assert shares(call).limit == sum(pauses)
