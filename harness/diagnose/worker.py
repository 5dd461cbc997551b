"""
One launch of a diagnosis: imports the libraries once, then carries out every slot in a fork of its own.

It is talked to as any worker is (`worker.serving`). A fork is as good as a new process, since nothing of the
application is imported before, and costs 20 ms instead of two seconds. Its limits: libraries that start threads
when they are imported do not survive it, and all forks share one hash seed.
"""

import contextlib
import gc
import os
import sys
from typing import Any

from overlap.harness.diagnose.catalogue import intervention, interventions
from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.places import own
from overlap.harness.diagnose.watching import Watcher
from overlap.harness.host.owned.children import confine
from overlap.harness.registry import imported
from overlap.harness.text import fast_json
from overlap.harness.worker import first_call
from overlap.harness.worker.order import order_from
from overlap.harness.worker.outbound import OUTBOUND
from overlap.harness.worker.serving import Handlers, Wire, dispatch, serve
from overlap.harness.worker.slot import execute

LIBRARIES = ("openai", "langchain_openai", "langchain_core.output_parsers", "langchain_core.tracers.context")


def main() -> None:
    """Serve requests until there are no more."""
    wire = Wire()
    OUTBOUND.begin()
    load(LIBRARIES)
    serve(wire, lambda request: carried_out(request) or fast_json.dumps({"error": "it ended its own process"}))


def load(names: tuple[str, ...] | list[str]) -> None:
    """Import what every fork would import, as far as it is there, and keep the collector away from it."""
    for name in names:
        with contextlib.suppress(Exception):
            imported(name)
    gc.collect()
    gc.freeze()


def carried_out(request: dict[str, Any]) -> bytes:
    """Serve {"load": names} here, anything else from a fork; nothing if the fork ended without an answer."""
    if "load" in request:
        load(request["load"])
        return fast_json.dumps({"loaded": len(request["load"])})
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _in_child(request, writing, parent)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


def _in_child(request: dict[str, Any], writing: int, parent: int) -> None:
    """Serve *request* into *writing* and end, whatever happens; no handler of the parent's runs here."""
    try:
        confine(None, parent)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(fast_json.dumps(answer(request)))
    finally:
        sys.stderr.flush()
        os._exit(0)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """
    Serve {"methods": order}, {"tried": order}, {"watch": order}, or a slot with a change.

    The last is {"slot": order, "change": an intervention's name or None, "parameters": of its `apply`}.
    """
    return dispatch(HANDLERS, request)


def changed(request: dict[str, Any]) -> dict[str, Any]:
    """Carry out a slot after the change that is asked for, if any."""
    if request["change"]:
        intervention(request["change"]).apply(**request["parameters"])
    result = execute(order_from(request["slot"]))
    return {"timed": result.timed, "calls": result.calls}


def watched(request: dict[str, Any]) -> dict[str, Any]:
    """Carry out a slot of the unchanged application, and return what was noted besides, and what it imported."""
    notes, before = Notes(), set(sys.modules)
    for each in interventions():
        each.watch(notes)
    result = execute(order_from(request["watch"]), watch=Watcher(notes))
    return {"timed": result.timed, "calls": result.calls, "notes": notes.taken(), "imported": libraries(before)}


def libraries(before: set[str]) -> list[str]:
    """Return which modules of libraries were imported since *before*: the next forks need not do it again."""
    files = {name: getattr(module, "__file__", None) for name, module in sys.modules.items() if name not in before}
    return [name for name, file in files.items() if file and not own(file)]


HANDLERS: Handlers = {
    "methods": lambda request: {"methods": first_call.methods_of(order_from(request["methods"]))},
    "tried": lambda request: {"tried": first_call.try_methods(order_from(request["tried"]))},
    "watch": watched,
    "slot": changed,
}


if __name__ == "__main__":
    main()
