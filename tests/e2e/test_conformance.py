"""The conformance suite as it is run from the command line, against a server of its own and against a stranger."""

import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from overlap.mock_server.conformance.__main__ import main

pytestmark = pytest.mark.langchain


def carried_out(monkeypatch, capsys, *words):
    """Run the suite as its command line does; return its lines and its exit code."""
    monkeypatch.setattr(os, "environ", os.environ.copy())
    monkeypatch.setattr(sys, "argv", ["conformance", *words])
    with pytest.raises(SystemExit) as left:
        main()
    return capsys.readouterr().out.splitlines(), left.value.code


@pytest.mark.filterwarnings("default")  # a warning here would pass for a deviation
def test_the_mock_server_deviates_nowhere(monkeypatch, capsys):
    """Every check of every client passes, and the exit code says so."""
    lines, code = carried_out(monkeypatch, capsys)
    assert [line for line in lines if not line.startswith("ok ")] == lines[-1:]
    assert lines[-1].endswith(" 0 deviations")
    assert len(lines) > 40
    assert code == 0


class Stranger(BaseHTTPRequestHandler):
    """Answers everything with an empty object."""

    def do_POST(self) -> None:
        """Answer 200 and `{}`."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def do_GET(self) -> None:
        """Send the same to a client that sends nothing."""
        self.headers["content-length"] = "0"
        self.do_POST()

    def log_message(self, *_) -> None:
        """Say nothing."""


@pytest.fixture
def stranger():
    """The base URL of a server that is no OpenAI at all."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.filterwarnings("default")  # a warning here would pass for a deviation
def test_a_server_that_is_something_else_deviates(stranger, monkeypatch, capsys):
    """No check passes by saying nothing, but the one that asks whether fields are refused; the exit code is 1."""
    lines, code = carried_out(monkeypatch, capsys, "--base-url", stranger)
    assert sum(line.startswith("ok ") for line in lines) <= 1, lines
    assert sum("DEVIATES" in line for line in lines) > 40
    assert code == 1
