"""The parent's side of a Locust process: starts it, sends it objects, hands on what it says."""

from contextlib import suppress
from dataclasses import asdict
from queue import Empty, Queue
from typing import Any, Self

import orjson

from overlap.harness.host import our_package
from overlap.harness.host.environment import scrubbed
from overlap.harness.host.owned.line_process import LineProcess
from overlap.harness.load.setup import Setup
from overlap.harness.text.mistakes import Mistake

END = {"eof": True}


class Locust:
    """A Locust process on *core*; use it as a context. It runs in a process of its own since gevent patches it."""

    def __init__(self, setup: Setup, core: int | None = None) -> None:
        self._process = LineProcess(our_package.command("overlap.harness.load.engine"), core, env=scrubbed())
        self._facts: Queue[dict[str, Any]] = Queue()
        # On a thread, so that Locust never waits for us to read what it reports.
        self._process.follow(lambda line: self._facts.put(END if line is None else orjson.loads(line)))
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
        return self._process.alive

    @property
    def how_it_ended(self) -> str:
        """In words; only for one that has ended."""
        return self._process.how_it_ended

    def tell(self, fact: dict[str, Any]) -> None:
        """Send it *fact*; nothing where it has ended, which is noticed by its silence."""
        with suppress(OSError):
            self._process.say(orjson.dumps(fact))

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
        return self._process.last_words() or "without a word"

    def wait(self) -> int:
        """Wait until it ends by itself; return its exit code."""
        return self._process.wait()

    def stop(self) -> None:
        """Close its input, upon which it quits; end it and all it has started if it does not in 5 seconds."""
        self._process.end(5.0)
