"""A server that does what the prompt says: answers, fails, hangs, breaks off; every connection is a thread."""

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

# U+2028 and U+0085 are line ends to str.splitlines and not to server-sent events.
PIECES = ("Grüße", ", ", "\u2028", "wo\x85rld", "!")


class Seen(NamedTuple):
    """One request as it arrived."""

    tag: str
    stream: bool
    key: str
    attempt: str
    model: str


class OpenAIShaped(ThreadingHTTPServer):
    """Chat completions on loopback; `released` lets held answers go on."""

    daemon_threads = True
    request_queue_size = 128
    text = "".join(PIECES)

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[Seen] = []
        self.opened = 0
        self.open = 0
        self.changed = threading.Condition()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        """The base URL, up to and with /v1."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def all_closed(self) -> bool:
        """Wait until the clients have closed every connection; return whether they did within two seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: self.open == 0, timeout=2)


class Handler(BaseHTTPRequestHandler):
    """Looks for a word in the prompt: fail, hang, hold, error, tear; without one it answers `PIECES`."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: OpenAIShaped

    def handle(self) -> None:
        """Count the connection while it lasts; one that the client resets is over, and no error."""
        with self.server.changed:
            self.server.opened += 1
            self.server.open += 1
        try:
            super().handle()
        except ConnectionError:
            pass
        finally:
            with self.server.changed:
                self.server.open -= 1
                self.server.changed.notify_all()

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Note the request, then do what it says."""
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        prompt = asked["messages"][-1]["content"]
        tag = re.search(r"\[call (\w+)\]", prompt)[1]
        key, attempt = self.headers["authorization"], self.headers["x-stainless-retry-count"]
        stream = asked.get("stream", False)
        self.server.seen.append(Seen(tag, stream, key, attempt, asked["model"]))
        if "hang" in prompt:
            self.server.released.wait(10)
            self.close_connection = True
        elif "fail" in prompt:
            self._send(500, "application/json", {"error": {"message": "no", "type": "server_error"}})
        elif not stream:
            self._whole()
        else:
            self._stream(prompt)

    def _send(self, status: int, kind: str, body: dict | None = None) -> None:
        content = json.dumps(body).encode() if body else b""
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header(*("content-length", str(len(content))) if body else ("transfer-encoding", "chunked"))
        self.end_headers()
        self.wfile.write(content)

    def _whole(self) -> None:
        message = {"role": "assistant", "content": self.server.text}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": len(PIECES), "total_tokens": 1 + len(PIECES)}
        head = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m"}
        self._send(200, "application/json", {**head, "choices": [choice], "usage": usage})

    def _chunk(self, data: bytes) -> None:
        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data))

    def _event(self, delta: dict, finish_reason: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        event = json.dumps({**head, "choices": [choice]}, ensure_ascii=False)
        self._chunk(f"data: {event}\n\n".encode())

    def _stream(self, prompt: str) -> None:
        self._send(200, "text/event-stream; charset=utf-8")
        self._event({"role": "assistant", "content": ""})
        for piece in PIECES:
            self._event({"content": piece})
            if "hold" in prompt:
                self.server.released.wait(10)
            if "error" in prompt:
                self._chunk(b'data: {"error":{"message":"overloaded","type":"server_error"}}\n\n')
                break
            if "tear" in prompt:
                self.close_connection = True
                return
        self._event({}, "stop")
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")


@pytest.fixture
def server() -> Iterator[OpenAIShaped]:
    """A fresh server of its own for one test."""
    with OpenAIShaped() as shaped:
        thread = threading.Thread(target=shaped.serve_forever, args=(0.01,), name="server")
        thread.start()
        yield shaped
        shaped.released.set()
        shaped.shutdown()
        thread.join()
