"""`overlap bench --base-url`: measured within its budget, broken off as a whole process, the key nowhere."""

import json
import os
import random
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from click.testing import CliRunner

from overlap.harness.cli import main
from overlap.harness.commands.record import command
from overlap.harness.mock.process import mock_command, start
from overlap.harness.model.record import Metered
from overlap.harness.recording.file import EndpointRecording, Recorded, write
from overlap.harness.recording.known import ClientFloor
from overlap.harness.recording.measure import MeasuredCalls
from overlap.harness.store import run_files

KEY = "sk-a-key-that-nobody-may-see"
GOOD = 9


class Breaking(BaseHTTPRequestHandler):
    """Answers well so often, and refuses the key from then on, quoting it."""

    protocol_version = "HTTP/1.1"
    seen = 0

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Count, then answer or refuse."""
        self.rfile.read(int(self.headers["content-length"]))
        Breaking.seen += 1
        event = {
            "object": "chat.completion.chunk",
            "model": "m",
            "choices": [{"index": 0, "delta": {"content": "a"}}],
        }
        body = f"data: {json.dumps(event)}\n\ndata: [DONE]\n\n"
        if Breaking.seen > GOOD:
            body = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}."}})
        self.send_response(401 if Breaking.seen > GOOD else 200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture
def breaking():
    """Return the address of an endpoint that breaks after some requests."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Breaking) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


def asked(url, results, *words):
    """Return the arguments that bench one small cell, on the client that imports least."""
    small = ("--calibrate", "0", "--results", str(results), "--calls", "4", "--concurrency", "2")
    cell = ("--strategies", "astream_many", "--clients", "floor", "--tokens", "8")
    told = ("--base-url", url, "--model", "llama", "--api-key-env", "THE_KEY")
    return ["bench", "streaming", *told, *small, *cell, *words]


def everything(done, results):
    """Return all that was written and said, and the run's folder."""
    folder = (results / "latest").resolve()
    written = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return written + (done.stdout + done.stderr).encode(), folder


def test_a_real_endpoint_is_measured_within_its_budget_and_its_key_is_nowhere(tmp_path, monkeypatch):
    """Throughput, TTFT, ITL, E2E and tokens are there; shares are not, in a sentence; requests were counted."""
    monkeypatch.setenv("THE_KEY", KEY)
    with start(mock_command("steady,ttft=0.01,itl=0.001", 8, 7)) as server:
        done = CliRunner().invoke(main, asked(server.base_url, tmp_path, "--rounds", "1"))
    assert done.exit_code == 0, done.stderr
    told, folder = everything(done, tmp_path)
    endpoint = json.loads((folder / "run.json").read_text())["endpoint"]
    # Four calls and two warm-up calls, and the one that comes first.
    assert (endpoint["requests"], endpoint["model"], endpoint["estimated"]) == (7, "llama", 0)
    [cell] = json.loads((folder / "summary.json").read_text())["cells"]
    assert {"throughput", "tokens", "makespan", "cpu"} <= set(cell["metrics"])
    counted = [call for call in run_files.read(folder).calls if not call.warmup]
    assert [(call.output_tokens, len(call.itl or ())) for call in counted] == [(8, 7)] * 4
    assert all(call.ttft and call.e2e and call.tpot for call in counted)
    assert not {"overlap", "peak", "owned.send", "lateness.p50", "overhead.p50"} & set(cell["metrics"])
    assert "what only our mock can know is left out" in (folder / "report.md").read_text()
    assert KEY.encode() not in told
    assert b"THE_KEY" in told


def test_an_endpoint_that_breaks_midway_ends_the_run_and_what_was_measured_is_kept(breaking, tmp_path):
    """A whole round is on file, the state says why it is not more, and nothing is sent after the refusal."""
    Breaking.seen = 0
    done = subprocess.run(
        [sys.executable, "-m", "overlap.harness.cli", *asked(breaking, tmp_path, "--rounds", "2")],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "THE_KEY": KEY},
    )
    assert done.returncode == 1, done.stderr
    assert "the endpoint refuses the key (401), after" in done.stderr
    told, folder = everything(done, tmp_path)
    assert json.loads((folder / "run.json").read_text())["state"] == "stopped"
    assert (
        len([line for line in (folder / "calls.jsonl").read_bytes().splitlines() if b'"error":null' in line]) == 8
    )
    # Two at once: the other one may have been under way already.
    assert Breaking.seen <= GOOD + 2
    assert KEY.encode() not in told


def test_an_endpoint_is_recorded_played_and_told_how_close_that_comes(tmp_path, monkeypatch):
    """The file has times and counts, no word that was asked or answered, no key and no address."""
    monkeypatch.setenv("THE_KEY", KEY)
    # What the client itself adds is measured in a test of its own.
    monkeypatch.setattr("overlap.harness.recording.run.floor", lambda *_: ClientFloor(0, 0, 20_000))
    out = tmp_path / "rec.json"
    with start(mock_command("lognormal,ttft=0.02,sigma=1,itl=0.001", 6, 7)) as server:
        told = [
            "--base-url",
            server.base_url,
            "--model",
            "llama",
            "--api-key-env",
            "THE_KEY",
            "--concurrency",
            "4",
        ]
        done = CliRunner().invoke(command, [*told, "--calls", "24", "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "24 calls, 144 chunks; 29 requests" in done.stdout
    text = out.read_text()
    assert not any(word in text for word in (KEY, "127.0.0.1", "call 0", "choices", "Tell a joke"))
    assert {call["tokens"] for call in json.loads(text)["calls"]} == {6}
    played = CliRunner().invoke(command, ["--check", str(out)])
    # A busy machine may make the replay late: that is what exit code 1 says.
    assert played.exit_code in {0, 1}
    assert all(quantity in played.stdout for quantity in ("TTFT", "ITL", "chunks", "Kolmogorov", "replayed"))


def test_ctrl_c_while_a_recording_is_played_is_no_verdict(tmp_path, monkeypatch):
    """What was played until then says nothing of the whole: exit code 130, and no table."""
    path, calls = tmp_path / "rec.json", (Recorded((1_000_000, 2_000_000)),) * 40
    write(path, EndpointRecording(calls, 4, 0, 0, 0, {}))
    part = MeasuredCalls(calls[:7], tuple(range(7)), (), Metered(7, 14), interrupted=True)
    monkeypatch.setattr("overlap.harness.recording.run.played", lambda *_: part)
    done = CliRunner().invoke(command, ["--check", str(path)])
    assert (done.exit_code, done.stdout) == (130, "")


def test_a_recording_is_held_against_another_one(tmp_path):
    """Of the same endpoint, it says how close that comes to itself; of one twice as slow, it is not close."""
    rng = random.Random(7)
    first = [Recorded(tuple(sorted(round(rng.lognormvariate(16, 1)) for _ in range(9)))) for _ in range(100)]
    slower = [Recorded(tuple(2 * at for at in call.chunks)) for call in first]
    paths = [tmp_path / f"{name}.json" for name in ("first", "again", "slower")]
    for path, calls in zip(paths, (first, first[::-1], slower), strict=True):
        write(path, EndpointRecording(tuple(calls), 4, 0, 100_000, 100_000, {}))
    same, other = (
        CliRunner().invoke(command, ["--check", str(paths[0]), "--against", str(it)]) for it in paths[1:]
    )
    assert same.exit_code == 0, same.output
    assert "recorded again" in same.stdout
    assert other.exit_code == 1
    assert "not closer" in other.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--base-url", "http://127.0.0.1:9"], "give --base-url and --out"),
        (["--base-url", "http://127.0.0.1:9", "--out", "a.json"], "cannot be reached"),
        (["--base-url", "http://127.0.0.1:9", "--out", "no/such/folder/a.json"], "there is no folder"),
        (["--base-url", "http://127.0.0.1:9", "--out", "a.json", "--inputs", "none.txt"], "cannot read none.txt"),
        (["--base-url", "nowhere", "--out", "a.json"], "is no http:// or https:// address"),
        (["--check", "none.json"], "cannot read none.json"),
        (["--against", "none.json"], "give --base-url and --out"),
    ],
)
def test_a_recording_that_cannot_be_made_or_played_is_one_line(tmp_path, monkeypatch, words, said):
    """Exit code 2, and no file."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(command, [*words, "--model", "llama"])
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
