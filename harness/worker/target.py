"""The scenario or application that an order names: how it is built, and the calls that it gets."""

import random
from dataclasses import replace
from itertools import islice
from types import ModuleType
from typing import Any

from overlap.harness import registry
from overlap.harness.application.holding import Holder
from overlap.harness.application.inputs import item, questions
from overlap.harness.application.opening import build_from_scenario, load_application, scenario
from overlap.harness.application.shape import shape
from overlap.harness.application.spec import ApplicationReference, parse
from overlap.harness.application.variants import builder
from overlap.harness.model import arrivals_spec
from overlap.harness.model.record import OWN
from overlap.harness.probe import Item
from overlap.harness.worker import open_loop
from overlap.harness.worker.order import Order


class Target:
    """
    The scenario or the application of *order*.

    Create it outside of a loop, as a program imports its modules: the scenario, or the module of an application,
    is imported here. If *freeze* is true, the imported objects are frozen for the garbage collector. Call `build`
    inside the loop. Both raise `Unknown` or `ApplicationError`, with a message of one line.
    """

    def __init__(self, order: Order, *, freeze: bool = True) -> None:
        self._order = order
        self._endpoint = order.endpoint
        spec = parse(order.word)
        self._own: ApplicationReference | None = spec if spec and spec.target else None
        self._object: Any = load_application(self._own, self._endpoint, freeze=freeze) if self._own else None
        self._scenario: ModuleType | None = None if self._own else scenario(order.word, spec)

    @property
    def collectable(self) -> bool:
        """Whether objects must stay collectable: the user's own application is imported anew for every slot."""
        return self._own is not None

    async def build(self, holder: Holder) -> tuple[Any, Any]:
        """
        Return the application and its client, which are the same object if the application brings its own client.

        A scenario without an application is measured with the client alone. An asynchronous client may bind itself
        to the running loop. An application of the user's is made by *holder*.
        """
        order = self._order
        if self._own:
            app = await holder.application(self._object, self._endpoint, self._own.word)
            return app, app
        assert self._scenario
        if order.cell.client == OWN:
            app = build_from_scenario(self._scenario, order.word, self._endpoint, order.cell.variant)
            return app, app
        client = registry.load("overlap.harness.clients", order.cell.client).client(self._endpoint)
        if build := builder(self._scenario, order.cell.scenario, order.cell.variant):
            return build(client, self._endpoint), client
        if not hasattr(self._scenario, "app"):
            return client, client
        # A scenario takes a variant only if its plan names variants.
        chosen = (order.cell.variant,) if order.cell.variant else ()
        return self._scenario.app(client, self._endpoint, *chosen), client

    def items(self, app: Any) -> tuple[list[Item], list[Item]]:
        """
        Return the slot's calls and its warm-up calls; the same seed gives the same prompts, whatever the cell.

        Their tags name the round, so that each round has latencies of its own, which all of its cells share. If
        *app* brings its own client, its inputs have the shape that it takes. If several processes share an open
        loop's calls, only those of the order's member are returned.
        """
        order = self._order
        inputs = questions(order.inputs, order.seed)
        fits = shape(app if order.cell.client == OWN else None)
        if self._scenario and not order.inputs:
            inputs = self._scenario.prompts(random.Random(order.seed))
        prompts = list(islice(inputs, max(order.calls, order.warmup)))
        first = order.member * order.warmup
        warm = [
            item(index, fits(prompt), warmup=True) for index, prompt in enumerate(prompts[: order.warmup], first)
        ]
        prompts = prompts[: order.calls]
        if not order.arrivals:
            return [item(index, fits(prompt), draw=order.draw) for index, prompt in enumerate(prompts)], warm
        prompts, due = open_loop.planned(prompts, arrivals_spec.read(order.arrivals), order.seed)
        placed = arrivals_spec.part(enumerate(zip(prompts, due, strict=True)), order.member, order.processes)
        calls = [replace(item(index, fits(prompt), draw=order.draw), due=at) for index, (prompt, at) in placed]
        return calls, warm
