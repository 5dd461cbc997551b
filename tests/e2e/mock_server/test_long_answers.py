"""Answers that are long or large: nobody else waits for them, and who does not read them holds no memory."""

import json
import socket
import statistics
import threading
import time
from contextlib import ExitStack

import pytest

TALK = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
MANY = 5_000
SHAPES = {
    "chat": ("/v1/chat/completions", {**TALK, "stream": True}, b'"content":"', 1),
    "chat, two choices": ("/v1/chat/completions", {**TALK, "stream": True, "n": 2}, b'"content":"', 2),
    "completions": (
        "/v1/completions",
        {"model": "m", "prompt": "p", "stream": True, "max_tokens": MANY},
        b'"text":',
        1,
    ),
    "responses": ("/v1/responses", {"model": "m", "input": "i", "stream": True}, b'"delta":', 1),
}


def received(server, request: bytes) -> tuple[bytes, float]:
    """Send *request*, read to the end, and return all of it and how long it took."""
    began = time.monotonic()
    with socket.create_connection((server.host, server.port), timeout=30) as line:
        line.sendall(request)
        parts = []
        while data := line.recv(1 << 20):
            parts.append(data)
    return b"".join(parts), time.monotonic() - began


def unchunked(body: bytes) -> bytes:
    """Return what the chunks of *body* hold; fails unless they end as they should."""
    whole, place = [], 0
    while True:
        line = body.index(b"\r\n", place)
        size = int(body[place:line], 16)
        if size == 0:
            assert body[line:] == b"\r\n\r\n"
            return b"".join(whole)
        whole.append(body[line + 2 : line + 2 + size])
        place = line + 4 + size


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("how", ["", "group=3", "apart"])
def test_a_long_stream_says_what_a_short_one_says_and_more(serve, request_bytes, entries, shape, how):
    """Every token once, in order, each with its time in the journal; head and end as those of a short one."""
    path, body, mark, choices = SHAPES[shape]
    server = serve("--tokens", "30")

    def asked(tokens: int) -> bytes:
        own = {"tokens": tokens, "profile": "steady,ttft=0.001,itl=0", "shape": how}
        answer, _ = received(server, request_bytes(json.dumps({**body, "overlap": own}).encode(), path))
        return unchunked(answer.partition(b"\r\n\r\n")[2])

    short, long = asked(30), asked(MANY)
    events = -(-MANY // 3) if how == "group=3" else MANY
    opening = choices if shape.startswith("chat") else 0  # the role comes with no words
    assert long.count(mark) == events * choices + opening
    assert long.count(b"[DONE]") == short.count(b"[DONE]")
    assert long.count(b"finish_reason") == long.count(b'"index"') or shape == "responses"
    last = [entry for entry in entries(server) if entry["tokens"] == MANY * choices]
    assert [(len(one["planned"]), len(one["written"])) for one in last] == [(MANY, MANY)]
    if shape == "responses":
        numbers = [int(part.split(b",")[0].split(b"}")[0]) for part in long.split(b'"sequence_number":')[1:]]
        assert numbers == list(range(len(numbers)))


@pytest.mark.parametrize(
    "fault", ["cut,after=2000", "error_event,after=2000", "split,gap=0", "pack", "drip", "stall,after=9,seconds=0"]
)
def test_a_fault_in_a_long_stream_is_what_it_is_in_a_short_one(serve, request_bytes, entries, fault):
    """The journal has a time for each token that was written."""
    server = serve("--tokens", "30")
    own = {"tokens": MANY, "fault": fault}
    content = json.dumps({**TALK, "stream": True, "overlap": own}).encode()
    answer, _ = received(server, request_bytes(content))
    [entry] = entries(server)
    written = 2000 if "after=2000" in fault else MANY
    assert (len(entry["written"]), len(entry["planned"])) == (written, MANY)
    assert answer.count(b'"content":"') == written + 1 or fault in {"drip", "split,gap=0"}


LARGE = {"model": "text-embedding-3-large", "input": [f"text {n}" for n in range(40)]}


def test_a_large_embedding_is_made_of_the_same_vectors_as_small_ones(serve, request_bytes, entries):
    """In chunks, as it is sent; a client of HTTP/1.0 has it without; one entry, written once."""
    server = serve("--profile", "steady,ttft=0.002,itl=0")
    content = json.dumps(LARGE).encode()
    head, _, body = received(server, request_bytes(content, "/v1/embeddings"))[0].partition(b"\r\n\r\n")
    assert b"transfer-encoding: chunked" in head
    assert b"content-length" not in head
    found = json.loads(unchunked(body))
    assert [len(one["embedding"]) for one in found["data"]] == [3072] * 40
    one = json.dumps({**LARGE, "input": "text 39"}).encode()
    small = received(server, request_bytes(one, "/v1/embeddings"))[0].partition(b"\r\n\r\n")[2]
    assert json.loads(small)["data"][0]["embedding"] == found["data"][39]["embedding"]
    bare = request_bytes(content, "/v1/embeddings").replace(b"HTTP/1.1", b"HTTP/1.0")
    assert json.loads(received(server, bare)[0].partition(b"\r\n\r\n")[2]) == found
    for entry in entries(server):
        assert (entry["planned"], len(entry["written"]), entry["stream"]) == ([2_000_000], 1, False)


@pytest.mark.parametrize(
    "fault", ["cut", "bad_json", "wrong_length", "slow_headers,gap=0", "split,gap=0", "late_end,seconds=0"]
)
def test_a_fault_in_a_large_embedding_is_played(serve, request_bytes, entries, fault):
    """Half of it, or no JSON, or no end; or all of it in other pieces."""
    server = serve("--tokens", "30")
    content = json.dumps({**LARGE, "overlap": {"fault": fault}}).encode()
    body = received(server, request_bytes(content, "/v1/embeddings"))[0].partition(b"\r\n\r\n")[2]
    if fault == "bad_json":
        with pytest.raises(json.JSONDecodeError):
            json.loads(unchunked(body))
    elif fault in {"cut", "wrong_length"}:
        assert not body.endswith(b"0\r\n\r\n")
        assert (body.count(b'"index"') == 40) is (fault == "wrong_length")
    else:
        assert len(json.loads(unchunked(body))["data"]) == 40
    assert [entry["fault"] for entry in entries(server)] == [fault]


def test_a_client_that_leaves_before_a_long_answer_is_made_is_noticed(serve, request_bytes, entries, say):
    """Its entry says so, and others are served; more of them than may be held whole at once, too."""
    server = serve("--tokens", "30")
    own = {"tokens": 20_000, "fault": "split", "profile": "lognormal"}
    content = json.dumps({**TALK, "stream": True, "overlap": own}).encode()
    for _ in range(12):
        with socket.create_connection((server.host, server.port)) as line:
            line.sendall(request_bytes(content))
    assert say(server).status == 200
    assert [entry["disconnected"] for entry in entries(server)].count(True) == 12
    content = json.dumps({**TALK, "stream": True, "overlap": {"tokens": 5000, "fault": "pack"}}).encode()
    assert b"[DONE]" in received(server, request_bytes(content))[0]


@pytest.mark.slow
def test_streams_that_nobody_reads_hold_little_memory_and_go_on_when_they_are_read(serve, request_bytes, entries):
    """Ten streams of 40,000 tokens, which were 10 MB each; read at last, each is whole and its times are known."""
    server = serve("--tokens", "30", fresh=True)
    own = {"tokens": 40_000, "profile": "lognormal,ttft=0.001,itl=0"}
    content = json.dumps({**TALK, "stream": True, "overlap": own}).encode()
    received(server, request_bytes(content))
    before = server.resident()
    with ExitStack() as lines:
        opened = []
        for _ in range(10):
            line = lines.enter_context(socket.create_connection((server.host, server.port), timeout=30))
            line.sendall(request_bytes(content))
            opened.append(line)
        until, seen = time.monotonic() + 5, -1.0
        while time.monotonic() < until and seen != server.cpu():
            seen = server.cpu()
            time.sleep(0.2)
        grown = server.resident() - before
        for line in opened:
            last = b""
            while data := line.recv(1 << 20):
                last = (last + data)[-20:]
            assert last.endswith(b"0\r\n\r\n")
    assert grown < 10 * 2_000_000
    assert {len(entry["written"]) for entry in entries(server)} == {40_000}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/embeddings", {"model": "text-embedding-3-large", "input": [str(n) for n in range(2048)]}),
        (
            "/v1/chat/completions",
            {**TALK, "stream": True, "overlap": {"tokens": 100_000, "profile": "lognormal,ttft=0,itl=0"}},
        ),
    ],
)
def test_nobody_waits_for_anothers_large_answer(serve, say, request_bytes, path, body):
    """
    While it is made and sent, small requests go on: many of them are answered before it is through.

    When one thing after another was done, none was, for one to four seconds. Counted, not timed.
    """
    server = serve("--tokens", "2")
    alone = statistics.median(received(server, request_bytes(json.dumps(TALK).encode()))[1] for _ in range(20))
    done, took = threading.Event(), []

    def large() -> None:
        answer, time_ = received(server, request_bytes(json.dumps(body).encode(), path))
        assert answer.startswith(b"HTTP/1.1 200 OK")
        took.append(time_)
        done.set()

    thread = threading.Thread(target=large)
    thread.start()
    answered = 0
    while not done.is_set():
        assert say(server).status == 200
        answered += 1
    thread.join()
    # On a machine that is busy with other things everything takes longer, and this no less.
    assert answered > took[0] / (alone + 0.05)
