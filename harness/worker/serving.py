"""
The loop of a worker process: a JSON object a line on stdin, an answer a line on stdout, until the input ends.

    {"slot": order}  ──►  the handler called "slot"  ──►  {"timed": …, "calls": …}
                          what it raises             ──►  {"mistake": …}, {"reason": …} or {"error": …}

A *mistake* is the user's to mend, before anything is measured; a *reason* costs a slot in the middle of a run; an
*error* names what the code under test raised, whose traceback is on stderr. What that code prints goes to stderr,
too, so that it cannot garble the answers.
"""

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import orjson

from overlap.harness.application.blame import ApplicationError, traceback_of
from overlap.harness.host import fast_exit
from overlap.harness.host.secrets import word
from overlap.harness.registry import Unknown

Fact = dict[str, Any]
Handlers = Mapping[str, Callable[[Fact], Fact]]
"""By the first key of a request, what carries it out: given the whole request, it returns the whole answer."""

SLOT = "slot"


class Wire:
    """The worker's end of both pipes. Made before anything is imported that might print."""

    def __init__(self) -> None:
        self._answers = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)

    def hear(self) -> Fact | None:
        """Return the next request; None once the parent has closed its end."""
        line = sys.stdin.buffer.readline()
        request: Fact | None = orjson.loads(line) if line else None
        return request

    def say(self, fact: Fact | bytes) -> None:
        """Send an answer, which may be written as JSON already."""
        self._answers.write((fact if isinstance(fact, bytes) else written(fact)) + b"\n")
        self._answers.flush()


def written(fact: Fact) -> bytes:
    """Return an answer as JSON."""
    return orjson.dumps(fact, default=list)


def serve(wire: Wire, answer: Callable[[Fact], Fact | bytes]) -> None:
    """Answer requests until there are no more, and end the process."""
    with suppress(KeyboardInterrupt):
        while (request := wire.hear()) is not None:
            wire.say(answer(request))
        fast_exit.at_once()


def dispatch(handlers: Handlers, request: Fact) -> Fact:
    """Have *request* carried out by its handler; whatever goes wrong is an answer too, and the worker goes on."""
    asked = next(iter(request))
    try:
        return handlers[asked](request)
    except Unknown as unknown:
        return {"mistake": str(unknown)}
    except ApplicationError as cannot:
        # In the middle of a run it costs that slot; before anything was measured there is nothing to keep.
        return {"reason" if asked == SLOT else "mistake": str(cannot)}
    except Exception as wrong:  # noqa: BLE001  whatever the code under test raises, the worker goes on
        print(traceback_of(wrong), file=sys.stderr)
        return {"error": word(type(wrong).__name__)}
