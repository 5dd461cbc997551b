"""Before a run: which methods each application has, and whether the requests of somebody's own reach the mock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from harness.config import Mistake
from harness.journal import Lost, take
from harness.launch import Broken
from harness.plan import Methods, Plan, Planned
from harness.record import OWN, Cell
from harness.runner import Runner

Known = dict[str, dict[tuple[str, str], list[str]]]


@dataclass(frozen=True, slots=True)
class Asked:
    """The methods by scenario, client and variant; and by its name what is odd about an application."""

    methods: dict[str, Methods]
    notes: dict[str, list[str]]


def ask(parts: Sequence[tuple[str, Plan]], runner: Runner) -> Asked:
    """
    Build every application of *parts* once, in a worker, and let somebody's own make its first calls.

    Raises `Mistake` for one that cannot be built, does not come back, or asks somebody else than the mock.
    """
    known: Known = {name: {} for name, _ in parts}
    notes: dict[str, list[str]] = {}
    for name, plan in parts:
        for client, variant in product(plan.clients, plan.variants):
            if (client, variant) in known[name]:
                continue
            cell = Cell(name, client, "invoke", plan.loops[0], 1, plan.profile, variant)
            any_slot = Planned(cell, 3, 1, plan.tokens, plan.server, plan.subject)
            try:
                there = runner.methods(any_slot)
                if client == OWN and not runner.visit:
                    notes[name], lame = _first_calls(name, any_slot, runner)
                    # Who names a strategy gets it, and sees its calls fail.
                    there = [each for each in there if plan.strategies or each not in lame]
                known[name][client, variant] = there
            except Broken as broken:
                raise Mistake(f"{name} on {client} cannot be built: {broken}") from broken
    return Asked({name: dict(found) for name, found in known.items()}, notes)


def _first_calls(name: str, planned: Planned, runner: Runner) -> tuple[list[str], list[str]]:
    """Let the application make its first calls; answer what is odd about them, and the methods that fail."""
    order = replace(runner.order(planned, 0), warmup=3)
    try:
        take(order.base_url)
        came = runner.tried(order)
        journal = take(order.base_url)
    except Broken as broken:
        raise Mistake(f"{name} did not get through its first call: {broken}") from broken
    except Lost as lost:
        raise Mistake(str(lost)) from lost
    errors: list[str] = came["errors"]
    if journal and not journal.entries:
        raise Mistake(_astray(name, order.base_url, errors))
    lame: dict[str, str] = came["lame"]
    notes = [
        f"{name} has {' and '.join(each for each in lame if lame[each] == why)}, but that fails: {why}"
        for why in dict.fromkeys(lame.values())
    ]
    if came["empty"] and came["empty"] + len(errors) == came["made"]:
        notes.append(
            f"{name} returned nothing for its first {came['empty']} calls: what is measured may not be what was "
            "meant. An application returns or yields its answer."
        )
    return notes, [*lame, *(["abatch_as_completed"] if "abatch" in lame else [])]


def _astray(name: str, base_url: str, errors: Sequence[str]) -> str:
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
