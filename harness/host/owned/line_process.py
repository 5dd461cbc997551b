"""
A child process that is talked to line by line: how it is started, heard, asked for its last words, and ended.

Workers, servers and Locust are such children. What they print on stderr is kept in part, for the sentence that
says how one died: it may hold prompts, so it goes to no file. It is read all the time, since a full pipe would
stop them.
"""

import os
import subprocess
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from threading import Thread
from time import monotonic
from typing import IO

from overlap.harness.host import interrupt
from overlap.harness.host.owned.children import Child
from overlap.harness.host.secrets import hide_dotenv, masked
from overlap.harness.text.last_words import reason

LAST_LINES = 200
"""Lines of stderr that are kept: a private key of several lines must be seen whole, or it is not known for one."""

SETTLING = 0.2
"""Seconds in which what was printed arrives."""


class Silent(Exception):
    """No line came in time."""


class Over(Exception):
    """The process has closed its output: no line will come."""


class LineProcess:
    """
    A child that runs *command* on *core*, as `Child` does; it is sent lines if *with_input*, else it has no input.

    Secrets are taken out of everything it says of itself, those of the working folder's `.env` among them.
    """

    def __init__(  # noqa: PLR0913  two say what is run, four how and where
        self,
        command: Sequence[str | os.PathLike[str]],
        core: int | None = None,
        *,
        env: Mapping[str, str],
        with_input: bool = True,
        cwd: Path | None = None,
        together: bool = False,
    ) -> None:
        hide_dotenv(Path(".env"))
        self._child = Child(
            command,
            core,
            together=together,
            env=env,
            cwd=cwd,
            stdin=subprocess.PIPE if with_input else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert self._child.stdout
        assert self._child.stderr
        self._output: IO[bytes] = self._child.stdout
        self._errors: IO[bytes] = self._child.stderr
        self.unfinished = b""
        """What has come beyond the last line that was returned."""
        self._printed: deque[str] = deque(maxlen=LAST_LINES)
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._follower: Thread | None = None

    def _listen(self) -> None:
        for line in self._errors:
            if text := line.decode("utf-8", "replace").rstrip():
                self._printed.append(text)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._child.poll() is None

    @property
    def returncode(self) -> int | None:
        """What it has ended with; None while it runs."""
        return self._child.returncode

    @property
    def how_it_ended(self) -> str:
        """How it ended, in words; only for one that has."""
        code = self._child.returncode
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def say(self, line: bytes) -> None:
        """Send it *line*, which has no end yet. Raises `OSError` where it hears no more."""
        assert self._child.stdin
        self._child.stdin.write(line + b"\n")
        self._child.stdin.flush()

    def line(self, patience: float) -> bytes:
        """Return its next line; raises `Silent` after *patience* seconds without one, `Over` if none will come."""
        end, parts = monotonic() + patience, [self.unfinished]
        try:
            with DefaultSelector() as selector:
                selector.register(self._output, EVENT_READ)
                while b"\n" not in parts[-1]:
                    if not selector.select(max(0.0, end - monotonic())):
                        raise Silent
                    some = os.read(self._output.fileno(), 1 << 20)
                    if not some:
                        raise Over
                    parts.append(some)
        finally:
            # What has come of a line is not lost where waiting for its end is broken off.
            self.unfinished = b"".join(parts)
        line, _, self.unfinished = self.unfinished.partition(b"\n")
        return line

    def follow(self, take: Callable[[bytes | None], object] = lambda _: None) -> None:
        """Start a thread that passes each line to *take*, and None at the end, so that all output is read."""

        def handed_on() -> None:
            begun, self.unfinished = self.unfinished, b""
            for line in self._output:
                for each in (begun + line).splitlines():
                    take(each)
                begun = b""
            take(None)

        self._follower = Thread(target=handed_on, daemon=True)
        self._follower.start()

    def printed(self) -> str:
        """Return the last lines of stderr, once they have had a moment to arrive."""
        self._listener.join(SETTLING)
        # Masked as a whole: the last line may be the end of a secret that began in one before it.
        return masked("\n".join(self._printed))

    def last_words(self) -> str:
        """Return the line of stderr that says why it did not come up, or ended; "" where there is none."""
        return reason(self.printed())

    def wait(self, patience: float | None = None) -> int:
        """Wait until it ends by itself, and return its exit code. Raises `TimeoutExpired` after *patience* s."""
        return self._child.wait(patience)

    def leave(self) -> None:
        """Close its input, upon which it ends when it has done what it is doing."""
        pipes = [self._child.stdin, *(() if self._follower else (self._output,))]
        for pipe in pipes:
            if pipe:
                with suppress(OSError):
                    pipe.close()

    def ask_to_end(self) -> None:
        """Send it SIGTERM."""
        self._child.terminate()

    def end(self, patience: float = 0.0) -> None:
        """
        Leave it; end it, and all that it has started, if it does not end within *patience* seconds.

        They are fewer once a signal has come. Repeated calls do nothing.
        """
        self.leave()
        self._child.end(interrupt.hurried(patience))
        for thread, pipe in ((self._listener, self._errors), (self._follower, self._output)):
            if thread:
                thread.join(1)
            # A process that we could not end still has it open; closing it would wait for the thread.
            if not thread or not thread.is_alive():
                pipe.close()
