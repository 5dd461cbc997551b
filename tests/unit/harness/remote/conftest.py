"""An endpoint that is odd in the way its address names; every test of the remote part asks the same one."""

import http.server
import json
import threading
from collections import Counter
from time import monotonic

import pytest

KEY = "sk-a-key-that-nobody-may-see"


class Odd(http.server.ThreadingHTTPServer):
    """Answers at `/<kind>/v1/chat/completions` in the way that *kind* names, and counts the requests."""

    daemon_threads = True
    key = KEY

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.seen: Counter[str] = Counter()
        self.arrived: list[float] = []

    def url(self, kind: str) -> str:
        """Return the base URL of *kind*."""
        return f"http://127.0.0.1:{self.server_port}/{kind}/v1"


class Answer(http.server.BaseHTTPRequestHandler):
    """One answer."""

    protocol_version = "HTTP/1.1"
    server: Odd

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """List two models, or one."""
        names = ["llama"] if "single" in self.path else ["llama", "qwen"]
        self._send(200, "application/json", json.dumps({"data": [{"id": name} for name in names]}))

    def do_POST(self) -> None:
        """Do what the path says."""
        self.rfile.read(int(self.headers["content-length"]))
        kind = self.path.split("/")[1]
        self.server.seen[kind] += 1
        self.server.arrived.append(monotonic())
        told = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}."}})
        if kind == "html":
            self._send(200, "text/html", "<html><body>It works</body></html>")
        elif kind == "shape":
            self._send(200, "text/event-stream", 'data: {"text": "hello"}\n\n')
        elif kind == "moved":
            self._send(307, "text/plain", "", location="/elsewhere/v1/chat/completions")
        elif kind == "closes":
            self.close_connection = True
        elif kind.isdigit():
            self._send(int(kind), "application/json", told, **{"retry-after": "7"})
        elif kind == "quota":
            self._send(429, "application/json", json.dumps({"error": {"code": "insufficient_quota"}}))
        elif kind == "breaks" and self.server.seen[kind] > 9:
            self._send(401, "application/json", told)
        elif kind == "limits" and self.server.seen[kind] == 2:
            self._send(429, "application/json", "{}", **{"retry-after-ms": "300"})
        else:
            self._stream(told=kind != "silent")

    def _stream(self, *, told: bool) -> None:
        pieces = [{"choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]} for word in "abc"]
        usage = {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14}}
        head = {"object": "chat.completion.chunk", "model": "m"}
        lines = [json.dumps({**head, **each}) for each in (*pieces, *((usage,) if told else ()))]
        self._send(200, "text/event-stream", "".join(f"data: {line}\n\n" for line in (*lines, "[DONE]")))

    def _send(self, status: int, kind: str, body: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())


@pytest.fixture(scope="module")
def odd():
    """One such endpoint for the tests of a file."""
    with Odd() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()
