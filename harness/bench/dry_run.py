"""Before a run: which methods each application has, and whether the requests of somebody's own reach the mock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from overlap.harness.bench.rounds import Runner
from overlap.harness.bench.worker_process import WorkerFailure
from overlap.harness.mock.control import ServerLost
from overlap.harness.mock.journal import take
from overlap.harness.model.plan import Plan, Planned
from overlap.harness.model.record import OWN, Cell
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.results import FirstCalls


@dataclass(frozen=True, slots=True)
class Inspection:
    """
    The methods by scenario, client and variant; by an application's name what is odd about it, in sentences.

    `odd` makes its numbers doubtful, `left_out` says what is not measured.
    """

    methods: dict[str, dict[tuple[str, str], list[str]]]
    odd: dict[str, list[str]]
    left_out: dict[str, list[str]]


def inspect_applications(parts: Sequence[tuple[str, Plan]], runner: Runner) -> Inspection:
    """
    Build every application of *parts* once, in a worker, and let somebody's own make its first calls.

    Raises `Mistake` for one that cannot be built, does not come back, or asks somebody else than the mock.
    """
    asked = Inspection({name: dict[tuple[str, str], list[str]]() for name, _ in parts}, {}, {})
    for name, plan in parts:
        for client, variant in product(plan.clients, plan.variants):
            if (client, variant) in asked.methods[name]:
                continue
            cell = Cell(name, client, "invoke", plan.loops[0], 1, plan.profile, variant)
            any_slot = Planned(cell, 3, 1, plan.tokens, plan.server, plan.subject)
            try:
                there = runner.methods(any_slot)
                if client == OWN and not runner.visit:
                    came = _first_calls(name, any_slot, runner)
                    asked.odd[name] = _odd(name, came)
                    # Who names a strategy gets it, and sees its calls fail.
                    lame = {} if plan.strategies else came.lame
                    asked.left_out[name] = _left_out(lame)
                    there = [each for each in there if each.removesuffix("_as_completed") not in lame]
                asked.methods[name][client, variant] = there
            except WorkerFailure as broken:
                raise Mistake(f"{name} on {client} cannot be built: {broken}") from broken
    return asked


def _first_calls(name: str, planned: Planned, runner: Runner) -> FirstCalls:
    """Have the application make its first calls; return what came of them."""
    order = replace(runner.order(planned, 0), warmup=3)
    try:
        take(order.base_url)
        came = runner.tried(order)
        journal = take(order.base_url)
    except WorkerFailure as broken:
        raise Mistake(f"{name} did not get through its first call: {broken}") from broken
    except ServerLost as lost:
        raise Mistake(str(lost)) from lost
    if journal and not journal.entries:
        raise Mistake(astray(name, order.base_url, came.errors))
    return came


def _odd(name: str, came: FirstCalls) -> list[str]:
    if not came.empty or came.empty + len(came.errors) < came.made:
        return []
    said = f"{name} returned nothing for its first {came.empty} calls: what is measured may not be what was meant."
    return [f"{said} An application returns or yields its answer."]


def _left_out(lame: Mapping[str, str]) -> list[str]:
    """Say which methods fail, those that fail alike together."""
    alike = {why: [each for each in lame if lame[each] == why] for why in lame.values()}
    return [f"Left out is what needs {', '.join(names)}, which fails: {why}" for why, names in alike.items()]


def astray(name: str, base_url: str, errors: Sequence[str]) -> str:
    """Say that no request of an application reached the mock, and what may be done about it."""
    module = name.partition(":")[0]
    how = (
        f"does it set base_url itself? Let it read OPENAI_BASE_URL, or name a function in {module} that is given "
        "the endpoint and makes it: def app(endpoint), with its base_url and its api_key"
    )
    if not errors:
        return f"no request of {name} reached the mock at {base_url}/v1: {how}"
    said = f"{name} failed before any request of it reached the mock at {base_url}/v1: {errors[0]}"
    # What an application says that asked somebody else.
    elsewhere = any(word in errors[0] for word in ("Connect", "connect", "Authentication", "401", "NotFound"))
    return f"{said}; {how}" if elsewhere else said
