"""
The loop of a worker process: it reads one JSON object a line from stdin and writes one answer a line to stdout.

    {"slot": order}  ──►  the handler called "slot"  ──►  {"timed": …, "calls": …}
                          what it raises             ──►  {"mistake": …}, {"reason": …} or {"error": …}

A *mistake* is something the user must correct before anything is measured. A *reason* is why one slot of a run was
not measured. An *error* names the exception that the code under test raised; the traceback is on stderr. What that
code prints goes to stderr, too, so that it cannot corrupt the answers. The loop ends when the input ends.
"""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from overlap.harness.application.blame import ApplicationError, traceback_of
from overlap.harness.host import fast_exit
from overlap.harness.host.secrets import word
from overlap.harness.registry import Unknown
from overlap.harness.text import fast_json

Fact = dict[str, Any]
Handlers = Mapping[str, Callable[[Fact], Fact]]
"""The function for each kind of request, by its first key; it takes the request and returns the answer."""

SLOT = "slot"


class Wire:
    """The worker's end of both pipes. Create it before importing anything that might print."""

    def __init__(self) -> None:
        self._answers = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)

    def hear(self) -> Fact | None:
        """Return the next request; None if the parent has closed the pipe."""
        line = sys.stdin.buffer.readline()
        request: Fact | None = fast_json.loads(line) if line else None
        return request

    def say(self, fact: Fact | bytes) -> None:
        """Send an answer, as a dict or as JSON."""
        self._answers.write((fact if isinstance(fact, bytes) else fast_json.dumps(fact)) + b"\n")
        self._answers.flush()


def serve(wire: Wire, answer: Callable[[Fact], Fact | bytes]) -> None:
    """Serve requests by *answer* until the parent closes the pipe, and end the process."""
    with suppress(KeyboardInterrupt):
        while (request := wire.hear()) is not None:
            wire.say(answer(request))
        fast_exit.at_once()


def dispatch(handlers: Handlers, request: Fact) -> Fact:
    """
    Return the answer of the handler for *request*.

    An exception becomes an answer too, and the worker goes on.
    """
    kind = next(iter(request))
    try:
        return handlers[kind](request)
    except Unknown as unknown:
        return {"mistake": str(unknown)}
    except ApplicationError as cannot:
        # During a run it costs only that slot; before anything was measured the user must correct it.
        return {"reason" if kind == SLOT else "mistake": str(cannot)}
    except Exception as wrong:  # noqa: BLE001  whatever the code under test raises, the worker goes on
        print(traceback_of(wrong), file=sys.stderr)
        return {"error": word(type(wrong).__name__)}
