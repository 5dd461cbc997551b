"""The server's own endpoints: journal, configuration, metrics, and who may use them."""

import json
import socket
import subprocess
import sys

import pytest

from overlap.mock_server.bench.processes import Running


def get(path: str, **headers: str) -> bytes:
    """Return the bytes of a GET."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{lines}\r\n".encode()


def test_the_journal_has_each_request_once(serve, say, entries):
    """Tag, attempt, connection and times of a whole answer and of a stream; then nothing more."""
    server = serve("--profile", "steady,ttft=0.02,itl=0.005", "--tokens", "4")
    say(server, "[call 000017] hello", headers={"x-stainless-retry-count": "2"})
    say(server, "[call 000018] hello", stream=True)
    whole, stream = entries(server)
    assert (whole["tag"], whole["attempt"], whole["stream"]) == ("000017", 2, False)
    assert (stream["tag"], stream["attempt"], stream["stream"]) == ("000018", None, True)
    assert whole["planned"] == [35_000_000]
    assert stream["planned"] == [20_000_000, 25_000_000, 30_000_000, 35_000_000]
    assert [len(one["written"]) for one in (whole, stream)] == [1, 4]
    assert whole["connection"] != stream["connection"]
    assert entries(server) == []


def test_a_change_holds_for_the_requests_that_follow(serve, say, raw, request_bytes, entries):
    """The profile is changed while the server runs, and the echo says by whom."""
    server = serve("--profile", "instant", "--tokens", "2", fresh=True)
    say(server)
    change = json.dumps({"profile": "steady,ttft=0.03,itl=0.01", "tokens": 3}).encode()
    echo = json.loads(raw(server, request_bytes(change, "/overlap/config")).rest)
    say(server)
    assert (echo["tokens"], echo["sources"]["tokens"], echo["sources"]["seed"]) == ("3", "control", "default")
    assert [entry["planned"] for entry in entries(server)] == [[0], [50_000_000]]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"port": 1}, "port"),
        ({"profil": "steady"}, "profile"),
        ({"profile": "nope"}, "steady"),
        ({"tokens": 5, "slots": -1}, "slots"),
        ([], "JSON"),
        ({"fault": ["nope"]}, "cut"),
    ],
)
def test_a_change_that_cannot_be_made_changes_nothing(serve, raw, request_bytes, change, named):
    """All of it or none, and the answer says what was wrong."""
    server = serve("--tokens", "2")
    answer = raw(server, request_bytes(json.dumps(change).encode(), "/overlap/config"))
    assert answer.status == 400
    assert named in answer.error["message"]
    assert json.loads(raw(server, get("/overlap/config")).rest)["tokens"] == "2"


def test_metrics_are_what_prometheus_reads(serve, say, raw):
    """Every sample line is a name, labels and a number, and each family says its type first."""
    server = serve("--tokens", "5", "--fault", "status,code=500,nth=2", fresh=True)
    for _ in range(3):
        say(server, stream=True)
    text = raw(server, get("/metrics")).rest.decode()
    samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert samples['overlap_requests_total{path="/v1/chat/completions",status="200"}'] == "2"
    assert samples['overlap_requests_total{path="/v1/chat/completions",status="500"}'] == "1"
    assert samples['overlap_faults_total{fault="status"}'] == "1"
    assert samples["overlap_tokens_total"] == "10"
    assert samples["overlap_in_flight"] == "0"
    assert (
        samples['overlap_lateness_seconds_bucket{le="+Inf"}'] == samples["overlap_lateness_seconds_count"] == "3"
    )


def test_control_requests_are_not_in_the_journal(serve, raw, entries):
    """Asking changes nothing of what is measured."""
    server = serve()
    for path in ("/overlap/config", "/metrics", "/health", "/overlap/nothing"):
        raw(server, get(path))
    assert entries(server) == []


def test_a_token_guards_the_control_endpoints_only(serve, say, raw):
    """Without it: 401 from the server's own endpoints, while answers go on."""
    server = serve("--token", "let-me-in", fresh=True)
    assert raw(server, get("/overlap/config")).status == 401
    assert raw(server, get("/metrics", authorization="Bearer wrong")).status == 401
    assert raw(server, get("/overlap/config", authorization="Bearer let-me-in")).status == 200
    assert raw(server, get("/health")).status == 200
    assert say(server).status == 200
    assert b"let-me-in" not in raw(server, get("/overlap/config", authorization="Bearer let-me-in")).rest


def test_off_loopback_control_wants_a_token_that_was_told(raw):
    """Reachable by others: a token is drawn and told on stderr, and nobody takes the journal without it."""
    words = [sys.executable, "-m", "overlap.mock_server", "--host", "0.0.0.0", "--port", "0"]  # noqa: S104 - that is the point
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        token = process.stderr.readline().split()[-1]
        port = int(process.stdout.readline().split()[1].rpartition(":")[2])
        server = Running("127.0.0.1", port, process.pid)
        without = raw(server, get("/overlap/config")).status
        given = raw(server, get("/overlap/config", authorization=f"Bearer {token}")).status
        process.terminate()
    assert (without, given) == (401, 200)


def test_an_idle_connection_is_closed_after_a_while(serve, request_bytes):
    """A client's pool may find its connection closed, as with real servers; the time is an option."""
    server = serve("--keep-alive", "0.3")
    content = b'{"model":"m","messages":[{"role":"user","content":"x"}]}'
    with socket.create_connection((server.host, server.port), timeout=5) as line:
        line.sendall(request_bytes(content, close=False))
        assert line.recv(65536).startswith(b"HTTP/1.1 200 OK")
        while line.recv(65536):
            pass
