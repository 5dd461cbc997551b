"""
One launch: a process that runs the slots it is told to, and answers with their calls.

Reads one JSON object a line on stdin, writes one a line on stdout, and ends with its input. What the code
under test prints goes to stderr, so that it cannot garble the answers.
"""

import contextlib
import os
import sys
from typing import Any

import orjson

from harness.registry import Unknown
from harness.slot import application, close, execute, order_from
from harness.timers import timers

METHODS = ("invoke", "ainvoke", "batch", "abatch", "abatch_as_completed", "stream", "astream")


def main() -> None:
    """Answer orders until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    for line in sys.stdin.buffer:
        answers.write(orjson.dumps(answer(orjson.loads(line)), default=list) + b"\n")
        answers.flush()


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """
    Answer one request: {"methods": order}, {"timers": {…}} or {"slot": order}.

    What goes wrong is an answer too.
    """
    try:
        if "methods" in request:
            return {"methods": methods(request["methods"])}
        if "timers" in request:
            return {"timers": timers(**request["timers"])}
        timed, calls = execute(order_from(request["slot"]))
    except Unknown as unknown:
        return {"mistake": str(unknown)}
    except Exception as wrong:  # noqa: BLE001  whatever the code under test raises, the launch goes on
        sys.excepthook(type(wrong), wrong, wrong.__traceback__)
        return {"error": type(wrong).__name__}
    else:
        return {"timed": timed, "calls": calls}


def methods(fact: dict[str, Any]) -> list[str]:
    """Build the application of an order and answer which of the known methods it has."""
    import asyncio

    order = order_from(fact)

    async def ask() -> list[str]:
        app, client = application(order)
        found = [name for name in METHODS if callable(getattr(app, name, None))]
        await close(app, client)
        return found

    return asyncio.run(ask())


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
