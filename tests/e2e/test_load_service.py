"""The example service as a process: every endpoint answers, passes the call's tag on, and says what went wrong."""

import sys
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from websockets.sync.client import connect

from overlap.harness.load.endpoints import ENDPOINTS
from overlap.harness.mock.journal import take
from overlap.harness.mock.process import mock_command, start

WHOLE = [each for each in ENDPOINTS.values() if each.how == "whole" and not each.direct]
REFUSED = "[call refused]"
PROCESSES = 2


@pytest.fixture(scope="session")
def mock():
    """A mock server that answers four tokens, and refuses calls that are tagged so."""
    words = [*mock_command("steady,ttft=0.05,itl=0.01", 4, 7), "--fault", "status,code=500,tag=refused"]
    with start(words) as running:
        yield running


@pytest.fixture(scope="session")
def service(mock):
    """The service before it, in one process."""
    with _serving(mock, "--loop", "uvloop") as running:
        yield running


def _serving(mock, *more):
    words = [sys.executable, "-m", "overlap.scenarios.service", "--llm", mock.base_url, "--port", "0", *more]
    return start(words, patience=60)


@pytest.fixture(scope="session")
def web():
    """A client for all tests, since each of its own reads all certificates; every request has a new connection."""
    with httpx.Client(timeout=30, limits=httpx.Limits(max_keepalive_connections=0)) as client:
        yield client


@pytest.fixture
def journal(mock):
    """Take what the mock has seen since the test began, as (tag, path)."""
    take(mock.base_url)
    return lambda: [(tag, entry) for tag, entry in take(mock.base_url).entries]


@pytest.mark.parametrize("endpoint", WHOLE, ids=lambda each: each.name)
def test_every_endpoint_answers_and_passes_the_tag_on(endpoint, service, journal, web):
    """So that each call of a user is found in the server's journal, with every request it took."""
    response = web.post(service.base_url + endpoint.path, json=endpoint.body("[call 000042] Hello"))
    assert response.status_code == 200
    said = response.json()
    assert said.get("answer") or all(said["answers"])
    seen = journal()
    assert {tag for tag, _ in seen} == {"000042"}
    requests = {"abatch": endpoint.several, "agent": 2, "retrieval": 2}
    assert len(seen) == requests.get(endpoint.name, 1)


def test_a_stream_comes_in_pieces_and_ends_with_done(service, journal, web):
    """Server-sent events, a piece an event."""
    events = []
    body = {"question": "[call 000042] Hello"}
    with web.stream("POST", service.base_url + "/stream", json=body) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        events = [line for line in response.iter_lines() if line]
    assert len(events) == 5
    assert events[-1] == "data: [DONE]"
    assert [tag for tag, entry in journal() if entry.stream] == ["000042"]


def test_a_websocket_answers_question_after_question(service, journal):
    """On one connection, as a chat page keeps it."""
    with connect(service.base_url.replace("http", "ws") + "/ws", proxy=None) as talk:
        for number in (1, 2):
            talk.send(f'{{"question": "[call 00000{number}] Hello"}}')
            said = [talk.recv(timeout=30) for _ in range(5)]
            assert said[-1] == '{"done": true}'
    assert [tag for tag, _ in journal()] == ["000001", "000002"]


def test_what_the_llm_server_refuses_is_said_by_its_kind(service, web):
    """A 502 that names the error and its status, and in a stream that has begun an event that does."""
    response = web.post(service.base_url + "/ainvoke", json={"question": REFUSED})
    assert (response.status_code, response.json()) == (502, {"error": {"type": "OpenAIAPIError 500"}})
    streamed = web.post(service.base_url + "/stream", json={"question": REFUSED})
    assert 'data: {"error":{"type":"OpenAIAPIError 500"}}' in streamed.text


@pytest.mark.parametrize(("path", "blocked"), [("/async-invoke", True), ("/invoke", False), ("/ainvoke", False)])
def test_only_the_mistake_keeps_requests_from_overlapping(path, blocked, service, mock, web):
    """Six users at once: the server sees requests side by side, but one where the loop is blocked."""
    seen = _peak(service, path, mock, web)
    assert seen == 1 if blocked else seen > PROCESSES


def _peak(service, path, mock, web):
    """How many requests of six users the server saw at once."""
    take(mock.base_url)
    with ThreadPoolExecutor(6) as users:
        url = service.base_url + path
        bodies = [{"question": f"[call 00000{number}] Hello"} for number in range(6)]
        answers = list(users.map(lambda body: web.post(url, json=body), bodies))
    assert [answer.status_code for answer in answers] == [200] * 6
    return take(mock.base_url).peak


@pytest.mark.slow
def test_the_same_chain_stands_behind_asynchronous_django_views(mock, journal, web):
    """Whole and streamed, with the tag passed on, and a refusal by its kind; the mistake blocks each process."""
    pytest.importorskip("django")
    with _serving(mock, "--framework", "django", "--workers", str(PROCESSES)) as django:
        body = {"question": "[call 000042] Hello"}
        assert web.post(django.base_url + "/ainvoke", json=body).json()["answer"]
        streamed = web.post(django.base_url + "/stream", json=body).text.split()
        refused = web.post(django.base_url + "/ainvoke", json={"question": REFUSED})
        entries = journal()
        assert _peak(django, "/async-invoke", mock, web) <= PROCESSES
    assert streamed.count("data:") == 5
    assert [(tag, entry.stream) for tag, entry in entries if tag == "000042"] == [
        ("000042", False),
        ("000042", True),
    ]
    assert (refused.status_code, refused.json()) == (502, {"error": {"type": "OpenAIAPIError 500"}})
