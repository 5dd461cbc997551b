"""The parent's side of a worker process: starts it, sends it orders, and waits for its answers."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import orjson

from overlap.harness.application.project_python import OURS, Interpreter
from overlap.harness.host import interrupt, our_package
from overlap.harness.host.descriptors import shortage
from overlap.harness.host.environment import scrubbed
from overlap.harness.host.owned.line_process import LineProcess, Over, Silent
from overlap.harness.host.secrets import HIDDEN_NAMES, hidden_among, masked
from overlap.harness.store.json_records import call_from
from overlap.harness.store.typed import typed
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly
from overlap.harness.worker.order import Order
from overlap.harness.worker.results import FirstCalls, SlotResult, Timed

PATIENCE = 3.0
"""Seconds within which a worker may end by itself."""


class WorkerFailure(Exception):
    """The worker died, hung, or its slot failed; the message is one line."""


class Launch:
    """
    A process on *core* that runs *module*. Use it in a `with` block; after a failure it cannot be used again.

    *python* runs it, in whose environment Overlap is installed, or an application's own *interpreter*; *env* is
    added to its environment. Modules of the working folder come last in its search
    path. Secrets are removed from the worker's messages. Processes that are started *together* stay in our
    session.
    """

    def __init__(  # noqa: PLR0913  three say what is run, four where
        self,
        core: int | None,
        hash_seed: int,
        module: str = "overlap.harness.worker.main",
        *,
        python: str | Path = sys.executable,
        interpreter: Interpreter = OURS,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        together: bool = False,
    ) -> None:
        env = {**interpreter.variables(), **(env or {}), HIDDEN_NAMES: hidden_among(env or {})}
        ours = our_package.command(module, python=python)
        self._process = LineProcess(
            ours if interpreter.ours else our_package.command_elsewhere(module, interpreter.path),
            core,
            together=together,
            env=scrubbed(**{**env, "PYTHONHASHSEED": str(hash_seed)}),
            cwd=cwd,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the worker still runs."""
        return self._process.alive

    def methods(self, order: Order, patience: float) -> list[str]:
        """
        Return the methods of the application of *order*.

        Raise `WorkerFailure`, or `Mistake` for a wrong name.
        """
        methods: list[str] = self.ask({"methods": order}, patience)["methods"]
        return methods

    def tried(self, order: Order, patience: float) -> FirstCalls:
        """Have the worker make the first calls of *order*, and return their results. Raise `WorkerFailure`."""
        return typed(self.ask({"tried": order}, patience)["tried"], FirstCalls).masked()

    def slot(self, order: Order, patience: float) -> SlotResult:
        """Have the worker carry out *order*, and return the result. Raise `WorkerFailure`."""
        return result_from(self.ask({"slot": order}, patience))

    def ask(self, request: dict[str, Any], patience: float) -> dict[str, Any]:
        """
        Send *request* and return the answer.

        Raise `WorkerFailure`, after *patience* seconds too, or `Mistake`.
        """
        interrupt.check()
        self.say(request)
        return self.heard(patience)

    def say(self, request: dict[str, Any]) -> None:
        """Send *request*; `heard` then returns its answer. Raise `WorkerFailure`."""
        try:
            self._process.say(orjson.dumps(request))
        except OSError:
            raise WorkerFailure(self._obituary()) from None

    def heard(self, patience: float, budget: float | None = None) -> dict[str, Any]:
        """
        Return the worker's next answer. Raise `WorkerFailure`, after *patience* seconds too, or `Mistake`.

        *budget* is the total number of seconds that the caller started with, for the error message.
        """
        answer: dict[str, Any] = orjson.loads(self._line(patience, patience if budget is None else budget))
        if "mistake" in answer:
            raise Mistake(masked(answer["mistake"]))
        if "reason" in answer:
            raise WorkerFailure(masked(answer["reason"]))
        if "error" in answer:
            raise WorkerFailure(f"{masked(answer['error'])}: {self._last_words()}")
        return answer

    def _line(self, patience: float, budget: float) -> bytes:
        try:
            return self._process.line(patience)
        except Silent:
            short = shortage()
            self.end()
            raise WorkerFailure(f"no answer within {exactly(budget)} s{f': {short}' if short else ''}") from None
        except Over:
            raise WorkerFailure(self._obituary()) from None

    def _obituary(self) -> str:
        self._process.end(0.5)  # its pipe closes a moment before it can be seen to have ended
        return f"the worker died with {self._process.how_it_ended}: {self._last_words()}"

    def _last_words(self) -> str:
        # The last line counts: a worker prints a traceback right before it reports the error.
        lines = self._process.printed().splitlines()
        return lines[-1].strip()[:200] if lines else "without a word"

    def leave(self) -> None:
        """Close the worker's input; it ends once it has finished its current request."""
        self._process.leave()

    def end(self, patience: float = PATIENCE) -> None:
        """Close its input; kill it, and all it has started, if it does not end within *patience* seconds."""
        self._process.end(patience)


def result_from(answer: Mapping[str, Any]) -> SlotResult:
    """Return the `SlotResult` of a worker's *answer*, which has `timed` and `calls`."""
    return SlotResult(typed(answer["timed"], Timed), [call_from(fact) for fact in answer["calls"]])
