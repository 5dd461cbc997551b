"""
A server that nobody here wrote, measured end to end: `llmock`, another project's mock, from the package index.

Opt-in, since it installs that server into an environment of its own: `OVERLAP_THIRD_PARTY=1 pytest …`.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
import venv
from time import monotonic, sleep

import pytest

PACKAGE = "llmock==0.2.2"
FIRST, GAP = 0.030, 0.005

pytestmark = pytest.mark.skipif(
    not os.environ.get("OVERLAP_THIRD_PARTY"), reason=f"installs {PACKAGE}; set OVERLAP_THIRD_PARTY=1"
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return the folder of an environment that has the server and nothing of ours."""
    folder = tmp_path_factory.mktemp("third-party") / "venv"
    if uv := shutil.which("uv"):
        subprocess.run([uv, "venv", "-q", str(folder)], check=True)
        subprocess.run([uv, "pip", "install", "-q", "--python", str(folder / "bin/python"), PACKAGE], check=True)
    else:
        venv.create(folder, with_pip=True)
        subprocess.run([str(folder / "bin/python"), "-m", "pip", "install", "-q", PACKAGE], check=True)
    return folder


@pytest.fixture(scope="module")
def llmock(installed):
    """Start it on a free port, and return its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ("--latency-ms", str(round(FIRST * 1e3)), "--stream-chunk-delay-ms", str(round(GAP * 1e3)))
    command = [str(installed / "bin/llmock"), "serve", "--port", str(port), "--response-style", "varied", *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address, until = f"http://127.0.0.1:{port}", monotonic() + 30
        while monotonic() < until:
            try:
                urllib.request.urlopen(f"{address}/v1/models", timeout=1).close()  # noqa: S310  an address of ours
                break
            except OSError:
                sleep(0.1)
        yield address
        process.terminate()


def overlap(*words):
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "overlap.harness.cli", *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_foreign_server_is_measured_by_the_official_sdk_and_by_a_chain(llmock, tmp_path):
    """Every call is recorded and answered; the first token and the gaps are what that server was told to do."""
    asked = ("--base-url", llmock, "--model", "gpt-4o", "--rounds", "3")
    done = overlap("bench", *asked, "--calibrate", "0", "--results", str(tmp_path))
    assert done.returncode == 0, done.stderr
    folder = (tmp_path / "latest").resolve()
    about = json.loads((folder / "run.json").read_text())
    assert about["endpoint"]["requests"] == 1 + about["balance"]["recorded"] == 91
    cells = json.loads((folder / "summary.json").read_text())["cells"]
    streamed = [cell["metrics"] for cell in cells if "ttft.p50" in cell["metrics"]]
    assert len(streamed) == 2
    for metrics in streamed:
        assert metrics["ttft.p50"]["value"] >= FIRST * 1e9
        assert metrics["itl.p50"]["value"] >= GAP * 1e9 / 2
        assert metrics["tokens"]["value"] > 0
    assert all(cell["errors"] == 0 for cell in cells)


def test_a_foreign_server_is_recorded_and_played_by_our_own(llmock, tmp_path):
    """Its timing is on file, and what our mock makes of it is set beside it."""
    out = tmp_path / "llmock.json"
    asked = ("--base-url", llmock, "--model", "gpt-4o", "--calls", "60", "--concurrency", "2")
    done = overlap("record", *asked, "--name", "llmock", "--out", str(out))
    assert done.returncode == 0, done.stderr
    recorded = json.loads(out.read_text())
    assert recorded["name"] == "llmock"
    assert len(recorded["calls"]) == 60
    assert all(call["chunks"][0] >= FIRST * 1e9 for call in recorded["calls"])
    played = overlap("record", "--check", str(out))
    assert played.returncode in {0, 1}, played.stderr
    assert "TTFT" in played.stdout
