"""
The hot paths end to end, in rows of pytest-benchmark: strategies, the mock's answer, the join, a run's numbers.

As in the file beside this one: each runs once as a test, and --benchmark-enable measures.
"""

import http.client
import json
import time
from urllib.parse import urlsplit

import pytest

from overlap.harness.mock.join import join
from overlap.harness.mock.journal import Journal
from overlap.harness.model.record import Call, Cell, Served
from overlap.harness.probe import tag
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_files import read
from overlap.mock_server.config import Config
from overlap.mock_server.exchange.counters import Counts
from overlap.mock_server.http.request import Request
from overlap.mock_server.limits.buckets import OwnBuckets
from overlap.mock_server.responder import Responder

pytestmark = pytest.mark.langchain

BODY = json.dumps(
    {"model": "m", "messages": [{"role": "user", "content": "[call 000017] Name one use of a paper clip."}]}
).encode()
HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer none"}


@pytest.mark.parametrize(
    ("strategy", "client"), [("gather", "aiohttp"), ("gather", "chain"), ("astream_many", "chain")]
)
def test_a_strategy_on_a_client(strategy_benchmark, strategy, client):
    """Sixty-four calls, sixteen in flight, answered at once: nothing but the client's work and the harness's."""
    found = strategy_benchmark("strategies", strategy=strategy, client=client, tokens=8)
    assert found.number("requests_per_call") == 1
    streamed = strategy.startswith("astream")
    assert all(len(call.chunks) == 8 * streamed for each in found.rounds for call in each.calls)


def test_a_request_through_the_wire(benchmark, mock_llm):
    """From a blocking socket to the mock server and back, on a connection that is kept."""
    where = urlsplit(mock_llm.base_url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)

    def asked() -> int:
        connection.request("POST", f"{where.path}/chat/completions", BODY, HEADERS)
        response = connection.getresponse()
        response.read()
        return response.status

    try:
        assert benchmark(asked) == 200
    finally:
        connection.close()


def test_deciding_on_an_answer(benchmark):
    """What the mock does between the last byte of a request and a plan of bytes and due times, twenty tokens."""
    words = {"profile": "lognormal,ttft=0.05", "tokens": "20"}
    answering = Responder(Config(**words), lambda: False, Counts.own(), OwnBuckets())
    headers = {name.lower().encode(): value.encode() for name, value in HEADERS.items()}

    def answered() -> object:
        request = Request(
            "POST", "/v1/chat/completions", headers, BODY, time.monotonic_ns(), keep=True, chunks=True
        )
        return answering.answer(request, 1).entry

    entry = benchmark(answered)
    assert (entry.status, entry.tag, entry.tokens) == (200, "000017", 20)


def test_joining_a_thousand_calls_with_the_journal(benchmark):
    """Each finds its entry by its tag, in whatever order the server saw them."""
    calls = [Call("cell", 0, index, sent=index, done=index + 10) for index in range(1000)]
    entries = [(tag(index, warmup=False), Served(index, [5], [5], 6)) for index in reversed(range(1000))]
    joined, unjoined = benchmark(join, calls, Journal(16, 16, 0, tuple(entries)))
    assert unjoined == 0
    assert all(call.served[0].received == call.index for call in joined)


@pytest.fixture(scope="module")
def run(make_shared_run):
    """Two cells in five rounds: a thousand calls, half of them streamed."""
    cells = [Cell("streaming", "chain", strategy, "asyncio", 16) for strategy in ("gather", "astream_many")]
    return make_shared_run(cells, rounds=5, calls=100)


def test_reading_a_thousand_calls(benchmark, run):
    """From a run's folder to its records."""
    assert len(benchmark(read, run).calls) == 1000


def test_working_out_the_numbers_of_a_thousand_calls(benchmark, run):
    """Every metric of both cells with its interval and its doubts: what stands behind every report."""
    summary = benchmark(summarise, read(run))
    assert [each.calls for each in summary.cells] == [500, 500]
