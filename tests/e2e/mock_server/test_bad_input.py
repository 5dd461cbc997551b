"""Anything a client can send: OpenAI's error, a journal entry, and the next request is served."""

import os
import random
import socket

import pytest

FUZZ = int(os.environ.get("OVERLAP_FUZZ", "400"))
"""How many inputs the fuzzer tries; 50,000 were tried by hand."""


@pytest.mark.parametrize(
    ("content", "param"),
    [
        (b"", None),
        (b"{", None),
        (b"[]", None),
        (b"null", None),
        (b"\xff\xfe{", None),
        (b'{"model":"m"}', "messages"),
        (b'{"messages":[]}', None),
        (b'{"model":1,"messages":[{"role":"user","content":"x"}]}', "model"),
        (b'{"model":"m","messages":[]}', "messages"),
        (b'{"model":"m","messages":"x"}', "messages"),
        (b'{"model":"m","messages":[{"role":"nobody","content":"x"}]}', "messages[0].role"),
        (b'{"model":"m","messages":[{"role":"user","content":"x"}],"stream":"yes"}', "stream"),
        (b'{"model":"m","messages":[{"role":"user","content":"x"}],"n":1000000000}', "n"),
        (b'{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":-1}', "max_tokens"),
        (b'{"model":"m","messages":[{"role":"user","content":"x"}],"max_tokens":1e400}', None),
        (b'{"model":"m","messages":[{"role":"user","content":"\\ud800"}]}', None),
    ],
)
def test_a_malformed_body_gets_openais_error_and_serving_goes_on(
    serve, raw, say, request_bytes, entries, content, param
):
    """400, the four fields, an entry, and the next request is answered."""
    server = serve()
    answer = raw(server, request_bytes(content))
    assert answer.status == 400
    assert set(answer.error) == {"message", "type", "param", "code"}
    if param is not None:
        assert answer.error["param"] == param
    assert say(server).status == 200
    assert [entry["status"] for entry in entries(server)] == [400, 200]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET /v1/nothing HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", 404),
        (b"GET /v1/chat/completions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", 405),
        (b"POST /v1/models HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n", 405),
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: x\r\n" + b"x: " + b"y" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"y" * 70_000, 431),
        (b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 40000000\r\n\r\n", 413),
        (b"GET /v1/%ff%fe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n", 404),
    ],
)
def test_what_is_no_request_for_us_gets_an_error_too(serve, raw, say, entries, sent, status):
    """From a wrong path to no HTTP at all: an answer in OpenAI's form, an entry, and serving goes on."""
    server = serve()
    answer = raw(server, sent, patience=5)
    assert answer.status == status
    assert answer.error["message"]
    assert say(server).status == 200
    assert [entry["status"] for entry in entries(server)] == [status, 200]


def test_a_body_in_chunks_and_in_single_bytes_is_read(serve, raw, entries):
    """Transfer in chunks, with the client's writes cut anywhere."""
    server = serve()
    content = b'{"model":"m","messages":[{"role":"user","content":"[call 000042]"}]}'
    head = (
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    )
    sent = head + b"".join(b"1\r\n%c\r\n" % byte for byte in content) + b"0\r\n\r\n"
    answer = raw(server, *(sent[i : i + 7] for i in range(0, len(sent), 7)))
    assert answer.status == 200
    assert [entry["tag"] for entry in entries(server)] == ["000042"]


def test_a_client_that_asks_first_is_told_to_go_on(serve, raw, request_bytes):
    """`expect: 100-continue` is answered before the body comes."""
    content = b'{"model":"m","messages":[{"role":"user","content":"x"}]}'
    sent = request_bytes(content, expect="100-continue")
    answer = raw(serve(), sent[: -len(content)], content, pause=0.05)
    assert answer.head == b"HTTP/1.1 100 Continue"
    assert answer.rest.startswith(b"HTTP/1.1 200 OK")


@pytest.mark.parametrize("profile", ["instant", "steady,ttft=0.005"])
def test_pipelined_requests_are_answered_in_order(serve, raw, request_bytes, entries, profile):
    """Two hundred requests in one write: as many answers, in the order they were asked."""
    server = serve()
    own = b'"overlap":{"profile":"%s","tokens":1}' % profile.encode()
    contents = [
        b'{"model":"m-%d","messages":[{"role":"user","content":"[call %06d]"}],%s}' % (n, n, own)
        for n in range(200)
    ]
    sent = b"".join(request_bytes(content, close=n == 199) for n, content in enumerate(contents))
    answer = raw(server, sent)
    models = [part.split(b'"')[0] for part in (answer.head + answer.rest).split(b'"model": "')[1:]]
    assert models == [b"m-%d" % n for n in range(200)]
    found = entries(server)
    assert len({entry["connection"] for entry in found}) == 1
    assert sorted(entry["tag"] for entry in found) == [f"{n:06d}" for n in range(200)]


def test_http_1_0_gets_a_bare_stream_and_a_close(serve, raw):
    """No chunks for who does not know them."""
    content = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"x"}]}'
    head = b"POST /v1/chat/completions HTTP/1.0\r\ncontent-length: %d\r\n\r\n" % len(content)
    answer = raw(serve(), head + content)
    assert b"transfer-encoding" not in answer.head
    assert answer.rest.startswith(b"data: ")
    assert answer.rest.endswith(b"data: [DONE]\n\n")


def test_a_client_that_leaves_is_noticed_at_once(serve, request_bytes, entries):
    """Long before the next token is due, the journal knows."""
    server = serve()
    own = b'"overlap":{"profile":"steady,ttft=60"}'
    content = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"x"}],%s}' % own
    with socket.create_connection((server.host, server.port)) as line:
        line.sendall(request_bytes(content, close=False))
    [entry] = entries(server)
    assert (entry["disconnected"], entry["written"], entry["status"]) == (True, [], 200)
    assert entry["finished"] < 5 * 10**9


def test_a_reader_that_does_not_read_costs_no_memory(serve, request_bytes, entries):
    """A stream of 20 MB to somebody who reads nothing: the server holds what it made, and waits."""
    server = serve("--tokens", "60000")
    content = b'{"model":"m","stream":true,"messages":[{"role":"user","content":"x"}]}'
    with socket.create_connection((server.host, server.port)) as line:
        line.sendall(request_bytes(content, close=True))
        first = line.recv(1000)
        assert first.startswith(b"HTTP/1.1 200 OK")
        received = len(first)
        while data := line.recv(1 << 20):
            received += len(data)
            last = data
    assert last.endswith(b"0\r\n\r\n")
    assert received > 10_000_000
    [entry] = entries(server)
    assert len(entry["written"]) == 60_000


def mutated(rng: random.Random, sound: bytes) -> bytes:
    """Return *sound* with something done to it: bytes flipped, cut, doubled, moved or made up."""
    sent = bytearray(sound)
    for _ in range(rng.randrange(1, 6)):
        at, length = rng.randrange(len(sent) + 1), rng.randrange(1, 40)
        how = rng.randrange(6)
        if how == 0:
            sent[at : at + length] = rng.randbytes(length)
        elif how == 1:
            del sent[at : at + length]
        elif how == 2:
            sent[at:at] = sent[at : at + length]
        elif how == 3:
            sent[at:at] = rng.choice(
                [b"\r\n", b"\x00", b"}", b"[", b'"', b"999999999999", b"null", b"\xff", b"{" * 99]
            )
        elif how == 4:
            sent[at:at] = sound
        else:
            sent = sent[:at] or bytearray(b"x")
    return bytes(sent)


def test_no_input_stops_the_server(serve, say, request_bytes, entries):
    """Requests with anything done to them, or to their bodies alone: no crash, no hang, and serving goes on."""
    server = serve("--tokens", "3", fresh=True)
    rng = random.Random(20261120)
    content = (
        b'{"model":"m","stream":true,"n":2,"overlap":{"tokens":2},"input":["a"],"prompt":"b",'
        b'"messages":[{"role":"user","content":"[call 1] x"}]}'
    )
    paths = ("chat/completions", "completions", "embeddings", "responses")
    targets = [*(f"/v1/{path}" for path in paths), "/overlap/config"]
    for number in range(FUZZ):
        path = rng.choice(targets)
        sent = [mutated(rng, request_bytes(content, path)), request_bytes(mutated(rng, content), path)]
        with socket.create_connection((server.host, server.port), timeout=10) as line:
            try:
                line.sendall(rng.choice(sent))
                if number % 3:
                    line.shutdown(socket.SHUT_WR)
                    while line.recv(65536):
                        pass
            except ConnectionError:
                pass
    assert say(server).status == 200
    assert entries(server)[-1]["status"] == 200
