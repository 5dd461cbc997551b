"""The worker process: it runs the slots that the parent requests, and answers with their calls. See `serving`."""

from time import monotonic_ns

from overlap.harness.host import fast_exit
from overlap.harness.worker import first_call
from overlap.harness.worker.order import order_from
from overlap.harness.worker.outbound import OUTBOUND
from overlap.harness.worker.serving import SLOT, Fact, Handlers, Wire, dispatch, serve
from overlap.harness.worker.slot import Meet, execute
from overlap.harness.worker.timers import timers


def main() -> None:
    """Serve requests until the parent closes the pipe."""
    wire = Wire()
    OUTBOUND.begin()

    def meet() -> int:
        wire.say({"ready": monotonic_ns()})
        if (start := wire.hear()) is None:
            fast_exit.at_once()
        return int(start["start"])

    serve(wire, lambda request: answer(request, meet))


def answer(request: Fact, meet: Meet | None = None) -> Fact:
    """
    Serve one request: {"methods": order}, {"tried": order}, {"plan": word}, {"timers": {…}} or {"slot": order}.

    If several processes share a slot's calls, *meet* synchronises them before the schedule begins: each sends
    {"ready": ns} and receives {"start": ns}.
    """

    def slot(request: Fact) -> Fact:
        result = execute(order_from(request[SLOT]), meet)
        return {"timed": result.timed, "calls": result.calls}

    return dispatch({**LOOKS, SLOT: slot}, request)


LOOKS: Handlers = {
    "methods": lambda request: {"methods": first_call.methods_of(order_from(request["methods"]))},
    "tried": lambda request: {"tried": first_call.try_methods(order_from(request["tried"]))},
    "plan": lambda request: {"plan": first_call.plan_of(request["plan"])},
    "timers": lambda request: {"timers": timers(**request["timers"])},
}


if __name__ == "__main__":
    main()
