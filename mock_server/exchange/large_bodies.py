"""
Large bodies are parsed by other processes, so that no other request waits for them.

To parse 8 MB of JSON holds the interpreter for 15 to 70 ms, and a thread would hold it as long: only a process of
its own does not. What comes back is small: what the caller wants, without the words of the prompt.

    Connection ── Request ──► BodyReader ── pipe ──► `python -m overlap.mock_server.exchange.large_bodies`
                                 ▲                     read(body)
                                 └──────── Asked ───────┘
"""

import asyncio
import os
import pickle
import signal
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from threading import get_ident
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import orjson

from overlap.mock_server.http.request import Known, Request, tagged
from overlap.mock_server.wire.common import errors

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

LARGE = 256 * 1024
"""The bytes of a body that is read here; shorter ones took up to 10 ms, whatever they were made of."""
SCHEMA = 16 * 1024
"""The same for a body with JSON schemas in it, of which instances are made: one of 240 kB took 370 ms."""
SIDE_BY_SIDE = 4
"""How many bodies are read at once; more wait for one of them."""
OWN = "overlap"
LONGEST_OWN = 64 * 1024
"""The bytes of what a request may choose for itself; of more than that, one field is as wrong as all."""
_SIZES = struct.Struct("!II")
Then = Callable[[Request], None]


class PendingBody:
    """Holds a connection's place while its request is read elsewhere."""

    def __init__(self) -> None:
        self.left = False

    def lost(self) -> None:
        """Take note that the client has gone."""
        self.left = True


class BodyReader:
    """Up to `SIDE_BY_SIDE` processes, each for one body after another; each is started when it is first needed."""

    def __init__(self) -> None:
        self._pool: ThreadPoolExecutor | None = None
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._closed = False

    def read(self, module: str, request: Request, then: Then) -> None:
        """Have *module*'s `read` look at the body; call *then*, on the loop, with what is known of the request."""
        if self._pool is None:
            from concurrent.futures import ThreadPoolExecutor  # few servers are sent such a body

            self._pool = ThreadPoolExecutor(SIDE_BY_SIDE, "large bodies")
        future = asyncio.get_running_loop().run_in_executor(self._pool, self._asked, module, request)
        future.add_done_callback(lambda done: None if done.cancelled() else then(done.result()))

    def _asked(self, module: str, request: Request) -> Request:
        try:
            parsed, own = self._answer(module, request.body)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError, struct.error) as wrong:
            # It was killed, or ran out of memory: this request fails, and the next has a new one.
            _end(self._processes.pop(get_ident(), None))
            parsed = Known(RuntimeError(f"the process that reads large bodies has ended ({wrong})"), None, None)
            own = b""
        return request._replace(body=own, known=parsed)

    def _answer(self, module: str, body: bytes) -> tuple[Known, bytes]:
        if self._closed:
            raise EOFError
        process = self._processes.get(get_ident())
        if process is None:
            command = [sys.executable, "-P", "-m", __name__]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self._processes[get_ident()] = process
        line, answers = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
        name = module.encode()
        line.write(_SIZES.pack(len(name), len(body)) + name)
        line.write(body)
        line.flush()
        answer: tuple[Known, bytes] = pickle.load(answers)  # noqa: S301 - from our own process, by a pipe nobody else has
        return answer

    def close(self) -> None:
        """Read nothing more."""
        self._closed = True
        if self._pool is not None:
            for process in list(self._processes.values()):
                process.kill()  # so that its thread waits for it no longer
            self._pool.shutdown(wait=True, cancel_futures=True)
            for process in self._processes.values():
                _end(process)


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):  # what it did not take
                cast(BinaryIO, stream).close()


def slow(body: bytes) -> bool:
    """Return whether *body* may take longer to read than others should wait."""
    return len(body) > SCHEMA and (len(body) > LARGE or b'"schema"' in body or b'"parameters"' in body)


def main() -> None:
    """Read bodies from stdin until there are no more, which is also when the server has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to the server too, which ends this one
    os.nice(10)  # it may share its core with the server, whose schedule comes first
    line, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(sizes := line.read(_SIZES.size)) == _SIZES.size:
        name, body = map(line.read, _SIZES.unpack(sizes))
        answers.write(pickle.dumps(looked_at(name.decode(), body), pickle.HIGHEST_PROTOCOL))
        answers.flush()


def looked_at(module: str, body: bytes) -> tuple[Known, bytes]:
    """Return what *module*'s `read` makes of *body*, or raises, and what the request chooses for itself."""
    wanted: Any
    try:
        wanted = import_module(module).read(body)
    except errors.ApiError as refused:
        wanted = refused
    except Exception as wrong:  # noqa: BLE001 - the server says that it is at fault, with these words
        wanted = RuntimeError(f"{type(wrong).__name__}: {wrong}")
    return Known(wanted, *tagged(body)), _own(body)


def _own(body: bytes) -> bytes:
    """Return the JSON object that holds no more of *body* than what the request chooses for itself."""
    if f'"{OWN}"'.encode() not in body:
        return b""
    try:
        whole = orjson.loads(body)
    except orjson.JSONDecodeError:
        return b""
    if not isinstance(whole, dict) or OWN not in whole:
        return b""
    own = whole[OWN]
    if isinstance(own, dict) and len(orjson.dumps(own)) > LONGEST_OWN:
        own = dict(list(own.items())[:1])
    return orjson.dumps({OWN: own})


if __name__ == "__main__":
    main()
