"""The parent's side of a launch: starts a worker process, gives it orders, and waits for its answers."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from threading import Thread
from time import monotonic
from typing import IO, Any, Self

import orjson

from overlap.harness.host import interrupt, our_package
from overlap.harness.host.descriptors import shortage
from overlap.harness.host.environment import scrubbed
from overlap.harness.host.owned.children import Child
from overlap.harness.host.secrets import HIDDEN_NAMES, hidden_among, hide_dotenv, masked
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly
from overlap.harness.worker.order import Order

LAST_LINES = 200
"""Lines of stderr that are kept: a private key of several lines must be seen whole, or it is not known for one."""

PATIENCE = 3.0
"""Seconds in which a worker may end by itself."""


class Broken(Exception):
    """The worker died, hung, or its slot failed; the message is one line."""


class Launch:
    """
    A process on *core* running *module*. Use it as a context; a broken one cannot be asked again.

    *python* runs it, with *env* added to its environment. Modules of the
    working folder are found last of all. Secrets are taken out of everything the worker says of itself. Those that
    are started *together* stay in our session.
    """

    def __init__(  # noqa: PLR0913  three say what is run, four where
        self,
        core: int | None,
        hash_seed: int,
        module: str = "overlap.harness.worker.main",
        *,
        python: str | Path = sys.executable,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        together: bool = False,
    ) -> None:
        hide_dotenv(Path(".env"))
        env = {**(env or {}), HIDDEN_NAMES: hidden_among(env or {})}
        self._process = Child(
            our_package.command(module, python=python),
            core,
            together=together,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=scrubbed(**{**env, "PYTHONHASHSEED": str(hash_seed)}),
            cwd=cwd,
        )
        # What the code under test prints is kept only for the sentence that says how it died: it may hold
        # prompts, so it goes to no file. A thread, since a full pipe would stop the worker.
        self._said: deque[str] = deque(maxlen=LAST_LINES)
        assert self._process.stderr is not None
        self._listener = Thread(target=self._listen, args=(self._process.stderr,), daemon=True)
        self._listener.start()
        self._pending = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def _listen(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            if text := line.decode("utf-8", "replace").strip():
                self._said.append(text)

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    def methods(self, order: Order, patience: float) -> list[str]:
        """Ask which methods the application of *order* has. Raises `Broken`, or `Mistake` for a wrong name."""
        found: list[str] = self.ask({"methods": order}, patience)["methods"]
        return found

    def tried(self, order: Order, patience: float) -> dict[str, Any]:
        """Have the first calls of *order* made; answers what `worker.first_call.tried` does. Raises `Broken`."""
        came: dict[str, Any] = self.ask({"tried": order}, patience)["tried"]
        return came | {
            "errors": [masked(error) for error in came["errors"]],
            "lame": {name: masked(why) for name, why in came["lame"].items()},
        }

    def slot(self, order: Order, patience: float) -> dict[str, Any]:
        """Have *order* carried out; answers {"timed": …, "calls": […]}. Raises `Broken`."""
        return self.ask({"slot": order}, patience)

    def ask(self, request: dict[str, Any], patience: float) -> dict[str, Any]:
        """Send *request* and answer its answer. Raises `Broken`, after *patience* seconds too, or `Mistake`."""
        interrupt.check()
        self.say(request)
        return self.heard(patience)

    def say(self, request: dict[str, Any]) -> None:
        """Send *request*; what comes of it is yet to be `heard`. Raises `Broken`."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(orjson.dumps(request, default=asdict) + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise Broken(self._obituary()) from None

    def heard(self, patience: float, given: float | None = None) -> dict[str, Any]:
        """
        Answer the next answer. Raises `Broken`, after *patience* seconds too, or `Mistake`.

        Where these are what is left of more, *given* says of how many.
        """
        answer: dict[str, Any] = orjson.loads(self._line(patience, patience if given is None else given))
        if "mistake" in answer:
            raise Mistake(masked(answer["mistake"]))
        if "reason" in answer:
            raise Broken(masked(answer["reason"]))
        if "error" in answer:
            self._settle()
            raise Broken(f"{masked(answer['error'])}: {self._last_words()}")
        return answer

    def _line(self, patience: float, given: float) -> bytes:
        assert self._process.stdout is not None
        end, parts = monotonic() + patience, [self._pending]
        with DefaultSelector() as selector:
            selector.register(self._process.stdout, EVENT_READ)
            while b"\n" not in parts[-1]:
                if not selector.select(max(0.0, end - monotonic())):
                    short = shortage()
                    self.end()
                    raise Broken(f"no answer within {exactly(given)} s{f': {short}' if short else ''}")
                some = os.read(self._process.stdout.fileno(), 1 << 20)
                if not some:
                    raise Broken(self._obituary())
                parts.append(some)
        line, _, self._pending = b"".join(parts).partition(b"\n")
        return line

    def _obituary(self) -> str:
        self._process.end(0.5)  # its pipe closes a moment before it can be seen to have ended
        code = self._process.returncode
        self._settle()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        return f"the worker died with {how}: {self._last_words()}"

    def _settle(self) -> None:
        """Give what was printed a moment to arrive."""
        self._listener.join(0.2)

    def _last_words(self) -> str:
        # Masked as a whole: the last line may be the end of a secret that began in one before it.
        return masked("\n".join(self._said)).splitlines()[-1][:200] if self._said else "without a word"

    def leave(self) -> None:
        """Close its input, upon which it ends when it has done what it is doing."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe and not pipe.closed:
                with suppress(BrokenPipeError):
                    pipe.close()

    def end(self, patience: float = PATIENCE) -> None:
        """Leave it; end it, and all that it has started, if it does not end within *patience* seconds."""
        self.leave()
        self._process.end(interrupt.hurried(patience))
        self._listener.join(1)
        if self._process.stderr:
            self._process.stderr.close()
