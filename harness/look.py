"""Looks at an application before anything is measured: its methods, its plan, what comes of its first calls."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from inspect import getdoc
from typing import Any

from harness import executor, loops
from harness.application.adapting import methods
from harness.application.blame import reason
from harness.application.opening import opened, own, scenario
from harness.chunks import carries
from harness.probe import Item
from harness.slot import Order, application, close, endpoint_of, items

# The first call may be one that its application answers by itself.
TRIES = 3


def methods_of(order: Order) -> list[str]:
    """Build the application of *order* and answer which of the known methods it has."""
    found: list[str] = _with(order, lambda _runner, app: methods(app))
    return found


def plan_of(word: str) -> dict[str, Any]:
    """Answer the question and plan of the scenario in the file that *word* names, and the packages it needs."""
    module = scenario(word)
    return {
        "question": (getdoc(module) or word).partition("\n")[0],
        "plan": [asdict(part) for part in module.PLAN],
        "packages": getattr(module, "PACKAGES", {}),
    }


def tried(order: Order) -> dict[str, Any]:
    """
    Make a warm-up call, up to three while they give nothing, and say what came of them.

    Answers {"made", "empty", "errors"}: how many calls, how many gave no output without failing, and one line for
    each that failed.
    """

    def make(runner: asyncio.Runner, app: Any) -> dict[str, Any]:
        made, empty, errors = 0, 0, list[str]()
        for item in items(order, app)[1][:TRIES]:
            made += 1
            try:
                output = _called(runner, app, item)
            except Exception as wrong:  # noqa: BLE001  whatever somebody's code raises is what is asked here
                errors.append(reason(wrong, order.word))
                continue
            if any(map(carries, output)):
                break
            empty += 1
        return {"made": made, "empty": empty, "errors": errors}

    found: dict[str, Any] = _with(order, make)
    return found


def _with(order: Order, use: Callable[[asyncio.Runner, Any], Any]) -> Any:
    """Build the application of *order* as a slot does, use it, and close it."""
    spec = own(order.word)
    thing = opened(spec, endpoint_of(order)) if spec else None

    async def build() -> Any:
        return application(order, thing)

    with asyncio.Runner(loop_factory=loops.factory(order.cell.loop)) as runner:
        runner.get_loop().set_default_executor(executor.StampedExecutor(order.executor))
        app, client = runner.run(build())
        try:
            return use(runner, app)
        finally:
            runner.run(close(app, client))


def _called(runner: asyncio.Runner, app: Any, item: Item) -> Sequence[Any]:
    """Make one call by the first method there is, and answer its output in pieces."""
    one: dict[str, Callable[[], Sequence[Any]]] = {
        "ainvoke": lambda: [runner.run(app.ainvoke(item.prompt))],
        "invoke": lambda: [app.invoke(item.prompt)],
        "astream": lambda: runner.run(_listened(app, item)),
        "stream": lambda: list(app.stream(item.prompt)),
        "abatch": lambda: runner.run(app.abatch([item.prompt])),
        "batch": lambda: app.batch([item.prompt]),
    }
    there = methods(app)
    name = next((name for name in one if name in there), None)
    return one[name]() if name else []


async def _listened(app: Any, item: Item) -> list[Any]:
    return [piece async for piece in app.astream(item.prompt)]
