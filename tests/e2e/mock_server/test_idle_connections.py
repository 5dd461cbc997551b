"""Clients that hold connections and ask nothing, and bodies that no server should take."""

import os
import resource
import socket
import time
from pathlib import Path

import pytest

IDLE = 5_000


@pytest.fixture
def descriptors():
    """Raise this process's limit for the test, as far as it may be; skip the test where that is too low."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = IDLE + 500
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip(f"a process may have {hard} descriptors here")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.slow
@pytest.mark.usefixtures("descriptors")
def test_thousands_of_idle_connections_stop_nobody(serve, say):
    """Each of them is answered when it asks, others are answered beside them, and nothing is left of them."""
    server = serve(fresh=True)
    open_before = len(os.listdir(f"/proc/{server.pid}/fd"))  # noqa: PTH208 - only counted
    lines = [socket.create_connection((server.host, server.port)) for _ in range(IDLE)]
    try:
        assert say(server).status == 200
        content = b'{"model":"m","messages":[{"role":"user","content":"x"}]}'
        head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % len(content)
        for line in lines[::100]:
            line.settimeout(10)
            line.sendall(head + content)
            assert line.recv(65536).startswith(b"HTTP/1.1 200 ")
        assert server.resident() < 150e6
    finally:
        for line in lines:
            line.close()
    until = time.monotonic() + 10
    while len(list(Path(f"/proc/{server.pid}/fd").iterdir())) > open_before + 5 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(list(Path(f"/proc/{server.pid}/fd").iterdir())) <= open_before + 5


@pytest.mark.parametrize("framing", ["content-length: 200000000", "transfer-encoding: chunked"])
def test_a_body_of_200_mb_is_refused_before_it_is_read(serve, framing):
    """By what its head says, or as soon as more has come than may; what follows is not kept."""
    server = serve(fresh=True)
    with socket.create_connection((server.host, server.port), timeout=20) as line:
        line.sendall(f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n{framing}\r\n\r\n".encode())
        sent = 0
        try:
            while framing.startswith("transfer") and sent < 200:
                line.sendall(b"100000\r\n" + b"x" * (1 << 20) + b"\r\n")
                sent += 1
        except ConnectionError:
            pass
        assert sent < 60
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")
    assert server.resident() < 150e6
