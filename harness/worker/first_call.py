"""Looks at an application before anything is measured: its methods, its plan, what comes of its first calls."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from inspect import getdoc
from typing import Any

from overlap.harness.application.adapting import methods
from overlap.harness.application.blame import failure_line
from overlap.harness.application.opening import scenario
from overlap.harness.application.spec import parse
from overlap.harness.probe import Item
from overlap.harness.streams.chunks import carries
from overlap.harness.worker.order import Order
from overlap.harness.worker.results import FirstCalls
from overlap.harness.worker.slot import SlotSession

# The first call may be one that its application answers by itself.
TRIES = 3


def methods_of(order: Order) -> list[str]:
    """Build the application of *order* and return which of the known methods it has."""
    with SlotSession(order) as slot:
        return methods(slot.app)


def plan_of(word: str) -> dict[str, Any]:
    """Answer the question and plan of the scenario in the file that *word* names, and the packages it needs."""
    module = scenario(word, parse(word))
    return {
        "question": (getdoc(module) or word).partition("\n")[0],
        "plan": [asdict(part) for part in module.PLAN],
        "packages": getattr(module, "PACKAGES", {}),
    }


def try_methods(order: Order) -> FirstCalls:
    """Make a warm-up call, up to three while they give nothing, and return what came of them."""
    with SlotSession(order) as slot:
        return _tried(slot, order.word)


def _tried(slot: SlotSession, word: str) -> FirstCalls:
    runner, app = slot.runner, slot.app
    made, empty, errors, lame = 0, 0, list[str](), dict[str, str]()
    there = [name for name in ONE_BY_ONE if name in methods(app)]
    for item in slot.warmup[:TRIES]:
        made += 1
        output = _called(runner, app, there[0], item) if there else []
        if isinstance(output, Exception):
            errors.append(failure_line(output, word))
            continue
        empty += not any(map(carries, output))
        if any(map(carries, output)):
            others = {name: _called(runner, app, name, item) for name in there[1:]}
            lame = {name: failure_line(came, word) for name, came in others.items() if isinstance(came, Exception)}
            break
    return FirstCalls(made, empty, errors, lame)


def _called(runner: asyncio.Runner, app: Any, method: str, item: Item) -> Sequence[Any] | Exception:
    """Make one call by *method*, and answer its output in pieces, or what it raised."""
    try:
        return ONE_BY_ONE[method](runner, app, item.prompt)
    except Exception as wrong:  # noqa: BLE001  whatever somebody's code raises is what is asked here
        return wrong


async def _listened(app: Any, prompt: Any) -> list[Any]:
    return [piece async for piece in app.astream(prompt)]


# One call by each method, in the order in which they are try_methods.
ONE_BY_ONE: dict[str, Callable[[asyncio.Runner, Any, Any], Sequence[Any]]] = {
    "ainvoke": lambda runner, app, prompt: [runner.run(app.ainvoke(prompt))],
    "invoke": lambda _runner, app, prompt: [app.invoke(prompt)],
    "astream": lambda runner, app, prompt: runner.run(_listened(app, prompt)),
    "stream": lambda _runner, app, prompt: list(app.stream(prompt)),
    "abatch": lambda runner, app, prompt: runner.run(app.abatch([prompt])),
    "batch": lambda _runner, app, prompt: app.batch([prompt]),
}
