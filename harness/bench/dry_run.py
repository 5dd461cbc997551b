"""Checks before a run which methods each application has, and whether the user's own really calls the mock."""

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
    What the dry run shows of all applications.

    `methods` is {scenario: {(client, variant): [method]}}. `odd` is {application: [sentence]}, about what makes
    its figures doubtful; `left_out` is {application: [sentence]}, about what is not measured.
    """

    methods: dict[str, dict[tuple[str, str], list[str]]]
    odd: dict[str, list[str]]
    left_out: dict[str, list[str]]


def inspect_applications(parts: Sequence[tuple[str, Plan]], runner: Runner) -> Inspection:
    """
    Build every application of *parts* once, in a worker, and have the user's own make its first calls.

    Raise `Mistake` for one that cannot be built, does not return, or sends its requests elsewhere than to the
    mock.
    """
    inspection = Inspection({name: dict[tuple[str, str], list[str]]() for name, _ in parts}, {}, {})
    for name, plan in parts:
        for client, variant in product(plan.clients, plan.variants):
            if (client, variant) in inspection.methods[name]:
                continue
            cell = Cell(name, client, "invoke", plan.loops[0], 1, plan.profile, variant)
            sample_slot = Planned(cell, 3, 1, plan.tokens, plan.server, plan.subject)
            try:
                methods = runner.methods(sample_slot)
                if client == OWN and not runner.visit:
                    first_calls = _first_calls(name, sample_slot, runner)
                    inspection.odd[name] = _odd(name, first_calls)
                    # A strategy that the user named is run even if its calls fail.
                    failing = {} if plan.strategies else first_calls.failing
                    inspection.left_out[name] = _left_out(failing)
                    methods = [each for each in methods if each.removesuffix("_as_completed") not in failing]
                inspection.methods[name][client, variant] = methods
            except WorkerFailure as broken:
                raise Mistake(f"{name} on {client} cannot be built: {broken}") from broken
    return inspection


def _first_calls(name: str, planned: Planned, runner: Runner) -> FirstCalls:
    """Have the application make its first calls, and return their results. Raise `Mistake` if none can be made."""
    order = replace(runner.order(planned, 0), warmup=3)
    try:
        take(order.base_url)
        first_calls = runner.tried(order)
        journal = take(order.base_url)
    except WorkerFailure as broken:
        raise Mistake(f"{name} did not get through its first call: {broken}") from broken
    except ServerLost as lost:
        raise Mistake(str(lost)) from lost
    if journal and not journal.entries:
        raise Mistake(no_request(name, order.base_url, first_calls))
    refuse_failures(name, first_calls)
    return first_calls


def refuse_failures(name: str, first: FirstCalls) -> None:
    """Raise `Mistake` if all first calls of the application *name* failed: a run of failures measures nothing."""
    if first.errors and len(first.errors) == first.attempted:
        raise Mistake(f"{name}: its first {len(first.errors)} calls all failed: {first.errors[0]}")


def _odd(name: str, first: FirstCalls) -> list[str]:
    sentences = []
    if first.empty and first.empty + len(first.errors) >= first.attempted:
        nothing = f"{name} returned nothing for its first {first.empty} calls"
        what_for = "what is measured may not be what was meant. An application returns or yields its answer."
        sentences = [f"{nothing}: {what_for}"]
    if first.refused:
        hosts = ", ".join(first.refused[:4])
        sentences += [f"{name} tried to reach {hosts}; nothing was sent. --allow {first.refused[0]} permits it."]
    return sentences


def _left_out(failing: Mapping[str, str]) -> list[str]:
    """Return a sentence for each cause of failure, with the methods that fail of it."""
    alike = {why: [each for each in failing if failing[each] == why] for why in failing.values()}
    return [f"Left out is what needs {', '.join(names)}, which fails: {why}" for why, names in alike.items()]


def no_request(name: str, base_url: str, first: FirstCalls) -> str:
    """Return the message that no request of application *name* reached the mock, with what to do about it."""
    module = name.partition(":")[0]
    how = (
        f"does it set base_url itself? Let it read OPENAI_BASE_URL, or name a function in {module} that is given "
        "the endpoint and makes it: def app(endpoint), with its base_url and its api_key"
    )
    if first.refused:
        hosts = ", ".join(first.refused[:4])
        how = f"it tried to reach {hosts}, where nothing was sent; {how}; --allow {first.refused[0]} permits it"
    if not first.errors:
        return f"no request of {name} reached the mock at {base_url}/v1: {how}"
    text = f"{name} failed before any request of it reached the mock at {base_url}/v1: {first.errors[0]}"
    # Errors of an application that sent its request to another server.
    elsewhere = first.refused or any(
        word in first.errors[0] for word in ("Connect", "connect", "Authentication", "401", "NotFound")
    )
    return f"{text}; {how}" if elsewhere else text
