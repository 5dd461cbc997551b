"""
One launch of a diagnosis: imports the libraries once, then carries out every slot in a fork of its own.

Reads one JSON object a line on stdin, writes one a line on stdout, and ends with its input. A fork is as good as a
new process, since nothing of the application is imported before, and costs 20 ms instead of two seconds. Its
limits: libraries that start threads when they are imported do not survive it, and all forks share one hash seed.
What the code under test prints goes to stderr, so that it cannot garble the answers.
"""

import contextlib
import gc
import os
import sys
from collections.abc import Callable
from typing import Any

import orjson

from overlap.harness.application.blame import Unloadable, traceback_of
from overlap.harness.diagnose.catalogue import intervention, interventions
from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.places import own
from overlap.harness.diagnose.watching import Watcher
from overlap.harness.host import fast_exit
from overlap.harness.host.owned.children import confine
from overlap.harness.host.secrets import word
from overlap.harness.registry import Unknown, imported
from overlap.harness.worker import first_call
from overlap.harness.worker.order import order_from
from overlap.harness.worker.slot import execute

LIBRARIES = ("openai", "langchain_openai", "langchain_core.output_parsers", "langchain_core.tracers.context")


def main() -> None:
    """Answer orders until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    load(LIBRARIES)
    for line in sys.stdin.buffer:
        answers.write(
            (carried_out(orjson.loads(line)) or orjson.dumps({"error": "it ended its own process"})) + b"\n"
        )
        answers.flush()
    fast_exit.at_once()


def load(names: tuple[str, ...] | list[str]) -> None:
    """Import what every fork would import, as far as it is there, and keep the collector away from it."""
    for name in names:
        with contextlib.suppress(Exception):
            imported(name)
    gc.collect()
    gc.freeze()


def carried_out(request: dict[str, Any]) -> bytes:
    """Answer {"load": names} here, anything else from a fork; nothing where the fork ended without an answer."""
    if "load" in request:
        load(request["load"])
        return orjson.dumps({"loaded": len(request["load"])})
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _in_child(request, writing, parent)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def _in_child(request: dict[str, Any], writing: int, parent: int) -> None:
    """Answer *request* into *writing* and end, whatever happens; no handler of the parent's runs here."""
    try:
        confine(None, parent)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(orjson.dumps(answer(request), default=list))
    finally:
        sys.stderr.flush()
        os._exit(0)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """
    Answer {"methods": order}, {"tried": order}, {"watch": order}, or a slot with a change.

    The last is {"slot": order, "change": an intervention's name or None, "told": what it is told}. What goes wrong
    is an answer too.
    """
    asked = next(iter(request))
    try:
        return ASKED[asked](request)
    except Unknown as unknown:
        return {"mistake": str(unknown)}
    except Unloadable as cannot:
        # In the middle of a diagnosis it costs that slot; before anything was measured there is nothing to keep.
        return {"reason" if asked == "slot" else "mistake": str(cannot)}
    except Exception as wrong:  # noqa: BLE001  whatever the code under test raises, the launch goes on
        print(traceback_of(wrong), file=sys.stderr)
        return {"error": word(type(wrong).__name__)}


def changed(request: dict[str, Any]) -> dict[str, Any]:
    """Carry out a slot after the change that is asked for, if any."""
    if request["change"]:
        intervention(request["change"]).apply(**request["told"])
    result = execute(order_from(request["slot"]))
    return {"timed": result.timed, "calls": result.calls}


def watched(request: dict[str, Any]) -> dict[str, Any]:
    """Carry out a slot of the unchanged application, and answer what was noted besides, and what it imported."""
    notes, before = Notes(), set(sys.modules)
    for each in interventions():
        each.watch(notes)
    result = execute(order_from(request["watch"]), watch=Watcher(notes))
    return {"timed": result.timed, "calls": result.calls, "notes": notes.taken(), "imported": libraries(before)}


def libraries(before: set[str]) -> list[str]:
    """Answer which modules of libraries were imported since *before*: the next forks need not do it again."""
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items() if name not in before}
    return [name for name, file in files.items() if file and not own(file)]


ASKED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "methods": lambda request: {"methods": first_call.methods_of(order_from(request["methods"]))},
    "tried": lambda request: {"tried": first_call.tried(order_from(request["tried"]))},
    "watch": watched,
    "slot": changed,
}


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
