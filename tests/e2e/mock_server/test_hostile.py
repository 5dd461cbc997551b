"""What a hostile client sends: nothing of it is run, crashes the server, or goes without an answer."""

import contextlib
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from overlap.mock_server.bench.processes import Running

FUZZ = int(os.environ.get("OVERLAP_FUZZ_HEADERS", "1500"))
"""How many requests the fuzzer sends."""


@dataclass
class Watched:
    """A server whose stderr is kept."""

    server: Running
    process: subprocess.Popen[str]
    said: list[str]


@contextlib.contextmanager
def watched(folder: Path, *words: str, **environment: str) -> Iterator[Watched]:
    """Run a server in *folder*, and keep what it says on stderr."""
    command = [sys.executable, "-m", "overlap.mock_server", "--port", "0", *words]
    with subprocess.Popen(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    ) as process:
        said: list[str] = []
        reader = threading.Thread(target=lambda: said.extend(process.stderr))
        reader.start()
        try:
            ready = process.stdout.readline().split()
            if not ready:
                reader.join(10)
            assert ready, said
            port = int(ready[1].rpartition(":")[2])
            yield Watched(Running("127.0.0.1", port, process.pid), process, said)
        finally:
            process.terminate()
            process.wait(10)
            reader.join(10)


def planted(folder: Path, name: str, words: str = "") -> Path:
    """Write a module of that name into *folder* that leaves a mark when it is run; return the mark's path."""
    mark = folder / f"{name.replace('.', '_')}_RAN"
    path = folder.joinpath(*name.split(".")).with_suffix(".py")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"open({str(mark)!r}, 'w').close()\n{words}")
    return mark


WAYS = ("x-overlap-profile", "x-overlap-fault", "x-overlap-tokens")


def test_no_client_has_a_module_of_the_working_folder_run(tmp_path, raw, request_bytes, say):
    """Named in a header, a body, a tag or the configuration, or under a name that the server needs later."""
    mark = planted(tmp_path, "evilpkg.payload")
    shadow = planted(tmp_path, "numpy", "raise SystemExit(1)\n")
    with watched(tmp_path) as one:
        for way in WAYS:
            answer = say(one.server, headers={way: "evilpkg.payload"})
            assert answer.status == 400
            name = way.removeprefix("x-overlap-")
            assert say(one.server, overlap={name: "evilpkg.payload"}).status == 400
        assert say(one.server, "[call evilpkg.payload] hello").status == 200
        for change in (
            {"profile": "evilpkg.payload"},
            {"tokens": "evilpkg.payload"},
            {"fault": ["evilpkg.payload"]},
            {"model": ["m profile=evilpkg.payload"]},
            {"allow": ["evilpkg.payload"]},
        ):
            content = json.dumps(change).encode()
            assert raw(one.server, request_bytes(content, "/overlap/config")).status == 400
        content = b'{"model":"m","input":["a"],"dimensions":4}'
        assert raw(one.server, request_bytes(content, "/v1/embeddings")).status == 200
    assert not mark.exists()
    assert not shadow.exists()
    assert one.said == []


@pytest.mark.parametrize(
    "name", ["unittest.__main__", "locust.main", "openai.resources", "os.path", "antigravity"]
)
def test_no_client_has_an_installed_module_imported(serve, say, name):
    """An import would stop everybody for seconds, or end the connection."""
    began = time.monotonic()
    for way in WAYS:
        answer = say(serve(), headers={way: name})
        assert answer.status == 400
        assert answer.error["param"] == "overlap"
    assert time.monotonic() - began < 1


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_the_owner_named_is_played_for_whoever_asks_for_it(tmp_path, say, entries, workers):
    """By --allow or as an option's value, in every worker; with other numbers, not with other words."""
    planted(tmp_path, "mine", "def offsets(rng, tokens, ttft=0.004):\n    return [ttft] * tokens\n")
    (tmp_path / "pkg").mkdir()
    planted(tmp_path, "pkg.slow", "def offsets(rng, tokens, ttft=0.004):\n    return [ttft] * tokens\n")
    (tmp_path / "trace.csv").write_text("0,0,2\n")
    words = ("--allow", "pkg.slow", "--allow", "trace,path=trace.csv", "--workers", workers, "--tokens", "1")
    with watched(tmp_path, *words) as one:
        for profile, planned in (
            ("pkg.slow,ttft=0.006", 6_000_000),
            ("trace,path=trace.csv,ttft=0.003", 3_000_000),
        ):
            assert say(one.server, headers={"x-overlap-profile": profile}).status == 200
            assert [entry["planned"] for entry in entries(one.server)] == [[planned]]
        for profile in ("trace,path=mine.py", "empirical,path=trace.csv", "pkg.slow.x", "pkg.other"):
            assert say(one.server, headers={"x-overlap-profile": profile}).status == 400


@pytest.mark.parametrize(
    ("change", "headers"),
    [
        ({"tokens": "²"}, {}),
        ({"model": [""]}, {}),
        ({"model": ["  "]}, {}),
        ({"profile": "."}, {}),
        ({"fault": "."}, {}),
        ({"seed": 10**30}, {}),
        ({"prefill": "x"}, {}),
        ({"keep_alive": None}, {}),
        ({"fault": ["cut"] * 1001}, {}),
        ({"permits": None}, {}),
        ({}, {"x-overlap-tokens": "²"}),
        ({}, {"x-overlap-tokens": "9" * 5000}),
        ({}, {"x-overlap-profile": "."}),
        ({}, {"x-overlap-profile": "..a"}),
        ({}, {"x-overlap-profile": "../../x"}),
        ({}, {"x-overlap-profile": "steady," * 5000}),
        ({}, {"x-overlap-prefill": "1e999"}),
        ({}, {"x-overlap-fault": "status,code=1e300"}),
        ({}, {"x-overlap-profile": "gamma,cv=1e-200"}),
    ],
)
def test_a_choice_that_cannot_be_made_is_a_400(serve, say, raw, request_bytes, change, headers):
    """In OpenAI's form, in a few words, from the configuration as from a request."""
    server = serve("--tokens", "2")
    if change:
        answer = raw(server, request_bytes(json.dumps(change).encode(), "/overlap/config"))
    else:
        answer = say(server, headers=headers)
    if headers == {"x-overlap-profile": "gamma,cv=1e-200"}:  # as good as none: it used to hang the server
        assert answer.status == 200
        return
    assert answer.status == 400
    assert set(answer.error) == {"message", "type", "param", "code"}
    assert len(answer.rest) < 3000


def test_what_was_sent_is_not_sent_back_at_length(serve, raw, request_bytes):
    """A key of ten megabytes, unknown to the configuration, to chat and to its own field of it."""
    server, huge = serve(), "k" * 10_000_000
    talk = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    for path, content in (
        ("/overlap/config", {huge: 1}),
        ("/v1/chat/completions", {**talk, huge: 1}),
        ("/v1/chat/completions", {**talk, "overlap": {huge: 1}}),
        ("/v1/chat/completions", {**talk, "tool_choice": huge}),
        (f"/v1/{'k' * 60_000}", talk),
    ):
        answer = raw(server, request_bytes(json.dumps(content).encode(), path))
        assert 400 <= answer.status < 500
        assert len(answer.rest) < 10_000


@pytest.mark.parametrize(
    "words",
    [
        ("--tokens", "²"),
        ("--model", ""),
        ("--model", " "),
        ("--fault", "."),
        ("--profile", ".."),
        ("--profile", "os.path"),
        ("--profile", "no.such.module"),
        ("--allow", "nothing"),
        ("--allow-host", "http://x"),
        ("--profile", "trace,path=/dev/zero"),
        ("--config", "/dev/zero"),
        ("--config", "."),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line(words):
    """And exit 2, however the words came to be wrong."""
    command = [sys.executable, "-m", "overlap.mock_server", "--port", "0", *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1


VALUES = [
    *(
        "steady",
        "steady,ttft=0.001",
        "instant",
        "gamma,cv=1e-160,itl_cv=1e-300",
        "lognormal,sigma=3600",
        "recorded",
    ),
    *("recorded,order=once", "recorded,order=x", "trace,path=/etc/passwd", "evil.module", ".", "..", "../../x"),
    *(
        "profile",
        "5",
        "²",
        "९",
        "0",
        "-1",
        "1e5",
        "nan",
        "inf",
        "",
        " ",
        ",",
        "=",
        ",,,=,",
        "uniform,low=9,high=1",
    ),
    *(
        "lognormal,median=3600,sigma=3600",
        "normal",
        "cut",
        "cut,after=3600",
        "drip",
        "pack,events=0",
        "split",
        "reset",
    ),
    *(
        "half_close",
        "bad_json",
        "error_event,after=0",
        "late_end,seconds=0",
        "slow_headers,gap=0",
        "stall,seconds=0",
    ),
    *("wrong_length", "quota", "status,code=400", "status,code=999", "status,rate=nan", "cut,tag=\ud7ff", "w1"),
    *("group=3", "apart", "group=0", "group=3600,apart", "x" * 5000, "steady,ttft=" + "9" * 4000),
]
NAMES = ["profile", "tokens", "prefill", "shape", "fault", "seed", "model", "rpm", "burst", "nothing", "permits"]
SHORT = [0, "0.001", "²", "९", "x", "1e999", "-1", None, 1e308, "nan"]


def anything(rng: random.Random, depth: int = 0) -> object:
    """Return any JSON value, more often one that means something here."""
    kind = rng.randrange(12 if depth < 3 else 8)
    if kind < 4:
        return rng.choice(VALUES)
    if kind < 6:
        return rng.choice([0, 1, -1, 3, 2**63, -(2**63), 1e308, 0.5, 10**30, 100_000])
    if kind < 8:
        return rng.choice([None, True, False, "", "m profile=steady", "m"])
    if kind < 10:
        return [anything(rng, depth + 1) for _ in range(rng.randrange(4))]
    return chosen(rng, rng.randrange(4), depth + 1)


def chosen(rng: random.Random, count: int, depth: int = 0) -> dict[str, object]:
    """Return up to *count* settings of any value; those of the prefill are short, as each is waited for."""
    names = [rng.choice(NAMES) for _ in range(count)]
    return {name: rng.choice(SHORT) if name == "prefill" else anything(rng, depth) for name in names}


def sent(rng: random.Random) -> bytes:
    """Return a request that frames its body rightly, and means anything."""
    path = rng.choice(["chat/completions", "completions", "embeddings", "responses", "models"])
    path = "/overlap/config" if rng.random() < 0.3 else f"/v1/{path}"
    message = {"role": "user", "content": f"[call {rng.choice(['000001', '²', 'w1', 'x' * 32])}] hello"}
    body: dict[str, object] = {"model": "m", "messages": [message], "prompt": "p", "input": "i"}
    if path.startswith("/v1/"):
        drop = {"chat/completions": ("prompt", "input"), "completions": ("messages", "input")}
        for name in drop.get(path[4:], ("messages", "prompt")):
            del body[name]
        if rng.random() < 0.5:
            body["overlap"] = anything(rng)
        if rng.random() < 0.5:
            body["stream"] = path != "/v1/embeddings"
        if rng.random() < 0.3:
            body[rng.choice(["n", "max_tokens", "stop", "logprobs", "tools", "response_format"])] = anything(rng)
    else:
        body = chosen(rng, rng.randrange(3))
    content = json.dumps(body).encode()
    headers = {"host": "localhost", "content-type": "application/json", "content-length": str(len(content))}
    for _ in range(rng.randrange(3)):
        name = rng.choice([f"x-overlap-{name}" for name in NAMES] + ["x-stainless-retry-count", "x-thing"])
        headers[name] = str(rng.choice(SHORT)) if name == "x-overlap-prefill" else rng.choice(VALUES)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {path} HTTP/1.1\r\nconnection: close\r\n{lines}\r\n".encode() + content


BACK = json.dumps(
    {
        "profile": "instant",
        "tokens": "3",
        "fault": [],
        "model": [],
        "slots": 0,
        "rpm": 0,
        "prefill": 0,
        "shape": "",
    }
).encode()


def test_no_choice_that_a_client_makes_fails_the_server(tmp_path, raw, request_bytes, say):
    """
    Thousands of requests, drawn by a seed: each is answered, none by a 5xx that was not asked for.

    The server says nothing on stderr. Faults that cut an answer off are the exception that was asked for.
    """
    rng = random.Random(20261130)
    with watched(tmp_path, "--tokens", "3") as one:
        for number in range(FUZZ):
            request = sent(rng)
            first = _status(one.server, request)
            spoken = request.decode("utf-8", "replace")
            if first is None:
                assert any(fault in spoken for fault in ("cut", "reset", "drip", "slow_headers", "stall")), request
            elif first >= 500:
                assert b"status" in request or b"error_event" in request, request
            if b"/overlap/config" in request:
                assert raw(one.server, request_bytes(BACK, "/overlap/config")).status == 200, number
        assert say(one.server).status == 200
    assert one.said == []


def _status(server: Running, request: bytes) -> int | None:
    """Send *request* and return the status of the answer, read to its first line; None where there is none."""
    with socket.create_connection((server.host, server.port), timeout=10) as line:
        line.sendall(request)
        head = b""
        with contextlib.suppress(ConnectionError):
            while b"\r\n" not in head:
                data = line.recv(4096)
                if not data:
                    break
                head += data
    return int(head.split()[1]) if head.startswith(b"HTTP/1.1 ") else None
