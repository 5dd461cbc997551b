"""Answers decided: keys, behaviours, headers and plans, without a socket."""

import json
import time
from types import SimpleNamespace
from typing import Any

import pytest

from overlap.mock_server.config import Config
from overlap.mock_server.exchange.counters import Counts
from overlap.mock_server.exchange.schedule_plan import End
from overlap.mock_server.http.request import Request
from overlap.mock_server.limits.buckets import OwnBuckets
from overlap.mock_server.responder import Answered, Responder

CHAT = "/v1/chat/completions"


def made(*, full: bool = False, **words: Any) -> Responder:
    """Return what decides by this configuration."""
    return Responder(Config(**words), lambda: full, Counts.own(), OwnBuckets())


def asked(
    answering: Responder, text: str = "hello", path: str = CHAT, *, keep: bool = True, **fields: Any
) -> Answered:
    """Return what is decided about a chat request."""
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}], **fields}).encode()
    return answering.answer(Request("POST", path, {}, body, time.monotonic_ns(), keep, chunks=True), 1)


def test_a_stream_has_a_piece_and_a_due_time_for_each_token():
    """The first piece carries the head, the last the end of the stream."""
    entry, plan, *_ = asked(made(profile="steady,ttft=0.1,itl=0.02", tokens="3"), stream=True)
    assert list(entry.planned) == [100_000_000, 120_000_000, 140_000_000]
    assert plan.pieces[0].startswith(b"HTTP/1.1 200 OK\r\n")
    assert plan.pieces[-1].endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")
    assert (entry.stream, entry.tokens, entry.status) == (True, 3, 200)


def test_a_whole_answer_is_due_when_its_last_token_is():
    """One piece, and the head says how long it took and how long it is."""
    entry, plan, *_ = asked(made(profile="steady,ttft=0.1,itl=0.02", tokens="3"))
    head, _, body = plan.pieces[0].partition(b"\r\n\r\n")
    assert list(entry.planned) == [140_000_000]
    assert b"openai-processing-ms: 140\r\n" in head
    assert f"content-length: {len(body)}\r\n".encode() in head


def test_untagged_requests_draw_by_their_number():
    """The n-th request without a tag is the same n-th in every run of one seed."""
    words = {"profile": "lognormal", "seed": 3, "tokens": "2"}
    runs = [[list(asked(one).entry.planned) for _ in range(5)] for one in (made(**words), made(**words))]
    assert runs[0] == runs[1]
    assert len({tuple(planned) for planned in runs[0]}) == 5


def test_tagged_requests_do_not_move_the_untagged_ones():
    """Draws by tag leave the count of the others alone."""
    one, other = made(profile="lognormal", tokens="1"), made(profile="lognormal", tokens="1")
    asked(one, "[call 000001]")
    assert asked(one).entry.planned == asked(other).entry.planned


def test_the_prompt_is_read_by_the_load_model_where_there_is_one():
    """Without slots prefill is part of the schedule; with slots it is work for the lane."""
    plain = asked(made(prefill=0.001, tokens="1"))
    loaded = asked(made(prefill=0.001, tokens="1", slots=2))
    assert plain.entry.planned[0] == plain.entry.prompt_tokens * 1_000_000
    assert loaded.entry.planned[0] == 0
    assert loaded.prefill == loaded.entry.prompt_tokens * 1_000_000


def test_a_full_server_says_so():
    """503, as OpenAI words it, and no work for the load model."""
    entry, plan, prefill, *_ = asked(made(full=True))
    assert entry.status == 503
    assert b"overloaded" in plan.pieces[0]
    assert prefill is None


@pytest.mark.parametrize("keep", [True, False])
def test_a_client_that_closes_is_told_that_it_is_closed(keep):
    """The head and the end of the plan agree."""
    _, plan, *_ = asked(made(), keep=keep)
    assert (plan.end is End.KEEP) is keep
    assert (b"connection: close\r\n" in plan.pieces[0]) is not keep


def test_ids_are_never_the_same():
    """Requests and answers, over two servers."""
    found = [asked(one).entry.request_id for one in (made(), made()) for _ in range(100)]
    assert len(set(found)) == 200
    assert all(one.startswith("req_") and len(one) == 36 for one in found)


def test_a_mistake_of_the_servers_own_is_a_500(capsys):
    """An endpoint that fails: OpenAI's error with the request's id, a traceback on stderr, and serving goes on."""
    answering = made()
    sound = answering._endpoints[CHAT]

    def broken(body: bytes) -> None:
        raise ZeroDivisionError(body)

    answering._endpoints = {CHAT: SimpleNamespace(read=broken)}
    entry, plan, *_ = asked(answering)
    assert entry.status == 500
    assert entry.request_id.encode() in plan.pieces[0].partition(b"\r\n\r\n")[2]
    assert "ZeroDivisionError" in capsys.readouterr().err
    answering._endpoints = {CHAT: sound}
    assert asked(answering).entry.status == 200


@pytest.mark.parametrize(
    ("text", "fields", "tokens"),
    [
        ("[call 000001] [tokens 3] hello", {}, 3),
        ("hello [call 000001] [tokens 129]", {"stream": True}, 129),
        ("[call 000001] hello [tokens 3]", {}, 7),
        ("[tokens 3] hello", {}, 7),
        ("[call 000001] [tokens 0]", {}, 1),
        ("[call 000001] [tokens 999999]", {}, 100_000),
        ("[call 000001] [tokens 9]", {"max_completion_tokens": 4}, 4),
        ("[call 000001] [tokens 9]", {"overlap": {"tokens": "5"}}, 5),
    ],
)
def test_a_prompt_may_say_how_long_its_answer_shall_be(text, fields, tokens):
    """Right behind the tag and nowhere else; the caller's limit and what a request chooses outright still hold."""
    assert asked(made(tokens="7"), text, **fields).entry.tokens == tokens
