"""One launch: a process that runs the slots it is asked for, and answers with their calls. See `serving`."""

from time import monotonic_ns

from overlap.harness.host import fast_exit
from overlap.harness.worker import first_call
from overlap.harness.worker.order import order_from
from overlap.harness.worker.serving import SLOT, Fact, Handlers, Wire, dispatch, serve
from overlap.harness.worker.slot import Meet, execute
from overlap.harness.worker.timers import timers


def main() -> None:
    """Answer requests until there are no more."""
    wire = Wire()

    def meet() -> int:
        wire.say({"ready": monotonic_ns()})
        if (start := wire.hear()) is None:
            fast_exit.at_once()
        return int(start["start"])

    serve(wire, lambda request: answer(request, meet))


def answer(request: Fact, meet: Meet | None = None) -> Fact:
    """
    Answer one request: {"methods": order}, {"tried": order}, {"plan": word}, {"timers": {…}} or {"slot": order}.

    A slot that several processes share out *meets* the others in its middle: says {"ready": ns}, and is dispatch
    {"start": ns}.
    """

    def slot(asked: Fact) -> Fact:
        result = execute(order_from(asked[SLOT]), meet)
        return {"timed": result.timed, "calls": result.calls}

    return dispatch({**LOOKS, SLOT: slot}, request)


LOOKS: Handlers = {
    "methods": lambda asked: {"methods": first_call.methods_of(order_from(asked["methods"]))},
    "tried": lambda asked: {"tried": first_call.try_methods(order_from(asked["tried"]))},
    "plan": lambda asked: {"plan": first_call.plan_of(asked["plan"])},
    "timers": lambda asked: {"timers": timers(**asked["timers"])},
}


if __name__ == "__main__":
    main()
