"""
One launch: a process that runs the slots it is told to, and answers with their calls.

Reads one JSON object a line on stdin, writes one a line on stdout, and ends with its input. What the code
under test prints goes to stderr, so that it cannot garble the answers.
"""

import contextlib
import os
import sys
from collections.abc import Callable
from time import monotonic_ns
from typing import Any

import orjson

from overlap.harness.application.blame import Unloadable, traceback_of
from overlap.harness.host import fast_exit
from overlap.harness.host.secrets import word
from overlap.harness.registry import Unknown
from overlap.harness.worker import first_call
from overlap.harness.worker.order import order_from
from overlap.harness.worker.slot import Meet, execute
from overlap.harness.worker.timers import timers


def main() -> None:
    """Answer orders until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def say(fact: dict[str, Any]) -> None:
        answers.write(orjson.dumps(fact, default=list) + b"\n")
        answers.flush()

    def meet() -> int:
        say({"ready": monotonic_ns()})
        if not (line := sys.stdin.buffer.readline()):
            fast_exit.at_once()
        return int(orjson.loads(line)["start"])

    while line := sys.stdin.buffer.readline():
        say(answer(orjson.loads(line), meet))
    fast_exit.at_once()


def answer(request: dict[str, Any], meet: Meet | None = None) -> dict[str, Any]:
    """
    Answer one request: {"methods": order}, {"tried": order}, {"plan": word}, {"timers": {…}} or {"slot": order}.

    A slot that several processes share out *meets* the others in its middle: says {"ready": ns}, and is told
    {"start": ns}. What goes wrong is an answer too.
    """
    [(asked, fact)] = request.items()
    try:
        if asked in LOOKS:
            return {asked: LOOKS[asked](fact)}
        result = execute(order_from(fact), meet)
    except Unknown as unknown:
        return {"mistake": str(unknown)}
    except Unloadable as cannot:
        # In the middle of a run it costs that slot; before anything was measured there is nothing to keep.
        return {"reason" if asked == "slot" else "mistake": str(cannot)}
    except Exception as wrong:  # noqa: BLE001  whatever the code under test raises, the launch goes on
        print(traceback_of(wrong), file=sys.stderr)
        return {"error": word(type(wrong).__name__)}
    else:
        return {"timed": result.timed, "calls": result.calls}


def methods(fact: dict[str, Any]) -> list[str]:
    """Build the application of an order and answer which of the known methods it has."""
    return first_call.methods_of(order_from(fact))


LOOKS: dict[str, Callable[[Any], Any]] = {
    "methods": methods,
    "tried": lambda fact: first_call.tried(order_from(fact)),
    "plan": first_call.plan_of,
    "timers": lambda fact: timers(**fact),
}


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
