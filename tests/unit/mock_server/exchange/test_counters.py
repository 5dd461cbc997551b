"""Counting requests: from one, again from one after every change of the configuration."""

import time

import pytest

from overlap.mock_server.config import Config
from overlap.mock_server.exchange.counters import Counts
from overlap.mock_server.http.request import Request
from overlap.mock_server.limits.buckets import OwnBuckets
from overlap.mock_server.responder import Responder

BODY = b'{"model":"m","messages":[{"role":"user","content":"hello"}]}'


@pytest.mark.parametrize("counts", [Counts.own, Counts.shared], ids=["own", "shared"])
def test_a_changed_configuration_counts_from_one(counts):
    """So `nth=2` is the second request since it was said, and a test does not depend on those before it."""
    config = Config(profile="lognormal", seed=3, tokens="2", fault=("status,code=500,nth=2",))
    answering = Responder(config, lambda: False, counts(), OwnBuckets())

    def three() -> list[tuple[int, list[int]]]:
        asked = [
            Request("POST", "/v1/chat/completions", {}, BODY, time.monotonic_ns(), keep=True, chunks=True)
            for _ in range(3)
        ]
        entries = [answering.answer(one, 1).entry for one in asked]
        return [(entry.status, list(entry.planned)) for entry in entries]

    first = three()
    assert [status for status, _ in first] == [200, 500, 200]
    assert [status for status, _ in three()] == [200, 200, 200]
    answering.configure(config)
    assert three() == first
