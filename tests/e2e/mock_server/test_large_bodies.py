"""Requests of many megabytes are answered as small ones are, and nobody waits while they are read."""

import json
import os
import signal
import socket
import time

import psutil

from overlap.mock_server.bench.mixed_requests import complete
from overlap.mock_server.bench.mixed_requests import sent as bytes_of

TALK = [{"role": "user", "content": "[call 000009] [tokens 4] hello"}]
PADDING = "The waits overlap. " * 100_000


def body(**more):
    """Make a body of 2 MB."""
    return json.dumps({"model": "m", "messages": [*TALK, {"role": "user", "content": PADDING}], **more}).encode()


def sent(path, content):
    """Make the bytes of a POST."""
    return bytes_of(path, content, {})


def connected(server):
    """Open a connection."""
    return socket.create_connection((server.host, server.port), timeout=30)


def answer(line):
    """Read one whole answer from *line*."""
    received = b""
    while not complete(received):
        received += line.recv(65536)
    head, _, content = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(content)


def reader(server):
    """Wait for the process that reads large bodies, and return it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        children = psutil.Process(server.pid).children()
        there = [each for each in children if "large_bodies" in " ".join(each.cmdline())]
        if there:
            return there[0]
        time.sleep(0.02)
    raise AssertionError("no process reads large bodies")


def test_a_large_request_is_answered_and_found_in_the_journal_as_a_small_one_is(serve, entries):
    """Its tag and its length are read, what it chooses is followed, and what is wrong with it is said."""
    server = serve(fresh=True)
    with connected(server) as line:
        line.sendall(sent("/v1/chat/completions", body()))
        status, said = answer(line)
        assert (status, said["usage"]["completion_tokens"]) == (200, 4)
        assert said["usage"]["prompt_tokens"] > 400_000
        line.sendall(sent("/v1/chat/completions", body(overlap={"tokens": 7})))
        assert answer(line)[1]["usage"]["completion_tokens"] == 7
        line.sendall(sent("/v1/chat/completions", body(n=-1)))
        assert answer(line)[0] == 400
        line.sendall(sent("/v1/chat/completions", body()[:-1]))
        assert "could not parse the JSON body" in answer(line)[1]["error"]["message"]
        line.sendall(sent("/v1/nothing", body()))
        assert answer(line)[0] == 404
    found = entries(server)
    assert [each["status"] for each in found] == [200, 200, 400, 400, 404]
    assert {each["tag"] for each in found} == {"000009"}


def test_nobody_waits_while_a_large_body_is_read(serve):
    """The process that reads it is stopped, and others are answered all the same; then it goes on."""
    server = serve(fresh=True)
    small = json.dumps({"model": "m", "messages": TALK}).encode()
    with connected(server) as large, connected(server) as other:
        large.sendall(sent("/v1/chat/completions", body()))
        assert answer(large)[0] == 200
        process = reader(server)
        process.suspend()
        large.sendall(sent("/v1/chat/completions", body()))
        for content in [small] * 20 + [body()]:  # a large one, too, has a process of its own
            other.sendall(sent("/v1/chat/completions", content))
            assert answer(other)[0] == 200
        process.resume()
        assert answer(large)[0] == 200


def test_who_leaves_while_a_large_body_is_read_leaves_nothing(serve, entries):
    """No answer is made, and the next one is served."""
    server = serve(fresh=True)
    with connected(server) as line:
        line.sendall(sent("/v1/chat/completions", body()))
        assert answer(line)[0] == 200
    process = reader(server)
    process.suspend()
    with connected(server) as line:
        line.sendall(sent("/v1/chat/completions", body()))
    time.sleep(0.1)
    process.resume()
    with connected(server) as line:
        line.sendall(sent("/v1/chat/completions", body()))
        assert answer(line)[0] == 200
    assert [each["status"] for each in entries(server)] == [200, 200]


def test_the_reader_of_large_bodies_ends_with_its_server(serve):
    """Killed, a server can end nothing; the pipe that closes does."""
    server = serve(fresh=True)
    with connected(server) as line:
        line.sendall(sent("/v1/chat/completions", body()))
        assert answer(line)[0] == 200
    process = reader(server)
    os.kill(server.pid, signal.SIGKILL)
    psutil.wait_procs([process], timeout=10)
    assert not process.is_running()
