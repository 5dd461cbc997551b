"""Faults as a client sees them, and as the journal tells of them."""

import socket
import time

import pytest

STEADY = ("--profile", "steady,ttft=0.02,itl=0.002", "--tokens", "6")


def tokens(rest: bytes) -> int:
    """Return how many tokens there are in a stream's bytes."""
    return rest.count(b'"content":"') - rest.count(b'"content":""')


@pytest.mark.parametrize("code", [400, 401, 404, 408, 429, 500, 503])
def test_an_error_has_openais_body(serve, say, entries, code):
    """Status, and the four fields that clients look at."""
    server = serve(*STEADY)
    answer = say(server, overlap={"fault": f"status,code={code},retry_after=1.5"})
    assert answer.status == code
    assert set(answer.error) == {"message", "type", "param", "code"}
    assert b"retry-after: 1.5\r\nretry-after-ms: 1500\r\n" in answer.head
    [entry] = entries(server)
    assert (entry["status"], entry["fault"]) == (code, f"status,code={code},retry_after=1.5")


@pytest.mark.parametrize("fault", ["cut", "reset", "half_close"])
def test_a_stream_breaks_off_after_some_tokens(serve, say, entries, fault):
    """Two tokens come, and the end says how: closed, reset, or closed on one side."""
    server = serve(*STEADY)
    answer = say(server, stream=True, overlap={"fault": f"{fault},after=2"})
    assert (tokens(answer.rest), answer.reset) == (2, fault == "reset")
    assert not answer.rest.endswith(b"0\r\n\r\n")
    [entry] = entries(server)
    assert (len(entry["planned"]), len(entry["written"]), entry["fault"]) == (6, 2, f"{fault},after=2")


@pytest.mark.parametrize("fault", ["cut", "reset", "half_close", "wrong_length"])
def test_a_whole_answer_is_shorter_than_it_promised(serve, say, fault):
    """The content length says more than comes."""
    answer = say(serve(*STEADY), overlap={"fault": fault})
    promised = int(answer.head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert len(answer.rest) < promised


def test_a_half_closed_connection_still_takes_what_the_client_sends(serve, request_bytes):
    """The server's side is shut, the client's is not: no reset comes back for what it still sends."""
    server = serve(*STEADY)
    content = (
        b'{"model":"m","stream":true,"messages":[{"role":"user","content":"x"}],"overlap":{"fault":"half_close"}}'
    )
    with socket.create_connection((server.host, server.port), timeout=5) as line:
        line.sendall(request_bytes(content, close=False))
        while line.recv(65536):
            pass
        line.sendall(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n")
        time.sleep(0.05)
        assert line.recv(1) == b""


def test_a_stall_is_planned_not_late(serve, say, entries):
    """The schedule has the stall in it: the server kept its word when it waited."""
    server = serve(*STEADY)
    answer = say(server, stream=True, overlap={"fault": "stall,after=3,seconds=0.2"})
    assert tokens(answer.rest) == 6
    [entry] = entries(server)
    gaps = [after - before for before, after in zip(entry["planned"], entry["planned"][1:], strict=False)]
    assert gaps == [2_000_000, 2_000_000, 202_000_000, 2_000_000, 2_000_000]


@pytest.mark.parametrize(
    "fault", ["drip", "split", "pack,events=4", "slow_headers,gap=0.002", "late_end,seconds=0.1"]
)
@pytest.mark.parametrize("stream", [True, False])
def test_shapes_and_delays_change_no_byte(serve, say, fault, stream):
    """However the bytes are cut and delayed, all of them come, but for ids and times of day."""
    server = serve(*STEADY)
    plain = say(server, stream=stream)
    shaped = say(server, stream=stream, overlap={"fault": fault})
    assert (shaped.status, len(shaped.rest)) == (200, len(plain.rest))
    assert tokens(shaped.rest) == tokens(plain.rest)


def test_a_late_end_comes_after_done(serve, request_bytes):
    """Everything is there in time but the last chunk, which holds the connection."""
    server = serve(*STEADY)
    content = (
        b'{"model":"m","stream":true,"messages":[{"role":"user","content":"x"}],"overlap":{"fault":"late_end"}}'
    )
    with socket.create_connection((server.host, server.port), timeout=5) as line:
        line.sendall(request_bytes(content, close=False))
        received, seen = b"", {}
        while not received.endswith(b"0\r\n\r\n"):
            received += line.recv(65536)
            for mark in (b"[DONE]", b"\r\n0\r\n\r\n"):
                if mark in received:
                    seen.setdefault(mark, time.monotonic())
    assert seen[b"\r\n0\r\n\r\n"] - seen[b"[DONE]"] >= 0.25


def test_an_error_event_ends_a_stream_properly(serve, say):
    """The body is complete as HTTP goes; the error is in it."""
    answer = say(serve(*STEADY), stream=True, overlap={"fault": "error_event,after=2"})
    assert tokens(answer.rest) == 2
    assert b'data: {"error":{"message":"' in answer.rest
    assert b"[DONE]" not in answer.rest
    assert answer.rest.endswith(b"0\r\n\r\n")


def test_torn_json_is_one_event_among_sound_ones(serve, say):
    """One token is lost; what follows is sound."""
    answer = say(serve(*STEADY), stream=True, overlap={"fault": "bad_json,after=2"})
    assert b'"content":"to\n\n' in answer.rest
    assert b"[DONE]" in answer.rest


def test_scripted_faults_hit_whom_they_name(serve, say, entries):
    """The second request, and the first attempt of one call; the retry passes."""
    server = serve(*STEADY, "--fault", "status,code=500,nth=2", "--fault", "cut,tag=000009,attempt=0", fresh=True)
    say(server, "[call 000001]")
    say(server, "[call 000002]")
    say(server, "[call 000009]", stream=True, headers={"x-stainless-retry-count": "0"})
    say(server, "[call 000009]", stream=True, headers={"x-stainless-retry-count": "1"})
    found = [(entry["status"], entry["fault"]) for entry in entries(server)]
    assert found == [(200, None), (500, "status,code=500,nth=2"), (200, "cut,tag=000009,attempt=0"), (200, None)]


def test_the_books_balance_under_faults(serve, say, entries):
    """A rate of faults over many calls: the journal tells each, and the client saw as many."""
    server = serve("--fault", "status,code=503,rate=0.3", "--seed", "5")
    statuses = [say(server, f"[call {n:06d}]").status for n in range(60)]
    told = [entry["status"] for entry in entries(server)]
    assert told == statuses
    assert 0 < statuses.count(503) < 60
