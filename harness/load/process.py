"""The parent's side of a Locust process: starts it, sends it objects, hands on what it says."""

import subprocess
from collections import deque
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any, Self

import orjson

from overlap.harness.bench.worker_process import LAST_LINES
from overlap.harness.host import interrupt, our_package
from overlap.harness.host.environment import scrubbed
from overlap.harness.host.owned.children import Child
from overlap.harness.host.secrets import hide_dotenv, masked
from overlap.harness.load.setup import Setup
from overlap.harness.text.last_words import reason
from overlap.harness.text.mistakes import Mistake

END = {"eof": True}


class Locust:
    """A Locust process on *core*; use it as a context. It runs in a process of its own since gevent patches it."""

    def __init__(self, setup: Setup, core: int | None = None) -> None:
        hide_dotenv(Path(".env"))
        self._process = Child(
            our_package.command("overlap.harness.load.engine"),
            core,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=scrubbed(),
        )
        self._said: deque[str] = deque(maxlen=LAST_LINES)
        self._facts: Queue[dict[str, Any]] = Queue()
        self._threads = [
            Thread(target=self._listen, args=(self._process.stderr,), daemon=True),
            Thread(target=self._read, args=(self._process.stdout,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self.tell(asdict(setup))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """The process' id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    @property
    def how_it_ended(self) -> str:
        """In words; only for one that has ended."""
        code = self._process.returncode
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def tell(self, fact: dict[str, Any]) -> None:
        """Send it *fact*; nothing where it has ended, which is noticed by its silence."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.write(orjson.dumps(fact) + b"\n")
            self._process.stdin.flush()

    def hear(self, patience: float) -> dict[str, Any] | None:
        """Return what it says next, None if nothing within *patience* seconds; {"eof": True} once it has ended."""
        try:
            return self._facts.get(timeout=patience)
        except Empty:
            return None

    def await_up(self, patience: float = 60.0) -> dict[str, Any]:
        """
        Wait until it is set up; return what it has: user `classes`, those `untimed` or `thinking`, and a `shape`.

        Raises `Mistake` when it cannot be set up.
        """
        said = self.hear(patience)
        if said and "up" in said:
            return said
        raise Mistake(f"Locust did not come up: {self.last_words()}")

    def last_words(self) -> str:
        """The line on stderr that says what went wrong."""
        self._threads[0].join(0.2)
        return reason(masked("\n".join(self._said))) or "without a word"

    def _listen(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            if text := line.decode("utf-8", "replace").rstrip():
                self._said.append(text)

    def _read(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            self._facts.put(orjson.loads(line))
        self._facts.put(END)

    def wait(self) -> int:
        """Wait until it ends by itself; return its exit code."""
        return self._process.wait()

    def stop(self) -> None:
        """Close its input, upon which it quits; end it and all it has started if it does not in 5 seconds."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        self._process.end(interrupt.hurried(5.0))
        for thread in self._threads:
            thread.join(2)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe:
                pipe.close()
