"""Inspects an application before anything is measured: its methods, its plan, its first calls."""

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
from overlap.harness.worker.outbound import OUTBOUND
from overlap.harness.worker.results import FirstCalls
from overlap.harness.worker.runner import Runner
from overlap.harness.worker.slot import SlotSession

# The first call may be one that the application serves without the model, as from a cache.
TRIES = 3


def methods_of(order: Order) -> list[str]:
    """Build the application of *order* and return which of the known methods it has."""
    with SlotSession(order) as slot:
        return methods(slot.app)


def plan_of(reference: str) -> dict[str, Any]:
    """Return `question`, `plan` and `packages` (those it needs) of the scenario in the file *reference*."""
    module = scenario(reference, parse(reference))
    return {
        "question": (getdoc(module) or reference).partition("\n")[0],
        "plan": [asdict(part) for part in module.PLAN],
        "packages": getattr(module, "PACKAGES", {}),
    }


def try_methods(order: Order) -> FirstCalls:
    """
    Make up to `TRIES` warm-up calls, until one has output, and return what they gave.

    The calls are made by the application's first method; once one has output, each other method is called once.
    """
    with SlotSession(order) as slot:
        return _try_methods(slot, order.word)


def _try_methods(slot: SlotSession, reference: str) -> FirstCalls:
    runner, app = slot.runner, slot.app
    attempted, empty, errors, failing = 0, 0, list[str](), dict[str, str]()
    available = [name for name in ONE_BY_ONE if name in methods(app)]
    for item in slot.warmup[:TRIES]:
        attempted += 1
        output = _call(runner, app, available[0], item) if available else []
        if isinstance(output, Exception):
            errors.append(failure_line(output, reference))
            continue
        empty += not any(map(carries, output))
        if any(map(carries, output)):
            others = {name: _call(runner, app, name, item) for name in available[1:]}
            failing = {
                name: failure_line(error, reference)
                for name, error in others.items()
                if isinstance(error, Exception)
            }
            break
    return FirstCalls(attempted, empty, errors, failing, sorted(OUTBOUND.refused))


def _call(runner: Runner, app: Any, method: str, item: Item) -> Sequence[Any] | Exception:
    """Make one call by *method*; return the chunks of its output, or the exception it raised."""
    try:
        return ONE_BY_ONE[method](runner, app, item.prompt)
    except Exception as wrong:  # noqa: BLE001  the user's code may raise anything, and that is the result here
        return wrong


async def _collect_stream(app: Any, prompt: Any) -> list[Any]:
    return [chunk async for chunk in app.astream(prompt)]


# One call by each method, in the order in which they are try_methods.
ONE_BY_ONE: dict[str, Callable[[Runner, Any, Any], Sequence[Any]]] = {
    "ainvoke": lambda runner, app, prompt: [runner.run(app.ainvoke(prompt))],
    "invoke": lambda _runner, app, prompt: [app.invoke(prompt)],
    "astream": lambda runner, app, prompt: runner.run(_collect_stream(app, prompt)),
    "stream": lambda _runner, app, prompt: list(app.stream(prompt)),
    "abatch": lambda runner, app, prompt: runner.run(app.abatch([prompt])),
    "batch": lambda _runner, app, prompt: app.batch([prompt]),
}
