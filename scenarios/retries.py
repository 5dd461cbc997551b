"""How many requests, and how much time, do retries hide from their caller?"""

from dataclasses import replace
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Builder, Plan
from overlap.harness.report.figures import count
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import counted, in_each, ratio, refused, variants, versus, without_interval
from overlap.scenarios._langchain import anew, model
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "retries"
BROKEN = "mock-broken"
NONE, CLIENT, LAYERS = "no retries", "the client's 2 retries", "2 retries in with_retry(2) in with_fallbacks"

# In the first part every fourth request fails. In the second all requests for one model do.
_EITHER = Plan(strategies=("gather_bounded",), clients=("langchain",), profile="instant")
PLAN = (
    replace(
        _EITHER,
        concurrency=(8,),
        calls=24,
        rounds=3,
        variants=(NONE, CLIENT),
        server=("--fault", "status,code=500,every=4"),
    ),
    replace(
        _EITHER,
        concurrency=(4,),
        calls=4,
        rounds=2,  # each takes four seconds
        variants=(LAYERS,),
        server=("--fault", f"status,code=500,model={BROKEN}"),
    ),
)


class Retrying:
    """An application upon a client that makes retries of its own."""

    def __init__(self, runnable: Any, client: Any) -> None:
        self.ainvoke, self.abatch, self.astream = runnable.ainvoke, runnable.abatch, runnable.astream
        self.aclose = client.aclose


def retrying(_client: Any, endpoint: Endpoint) -> Retrying:
    """Build the model with the client's own retries."""
    patient = anew("langchain", endpoint, max_retries=2)
    return Retrying(patient.model, patient)


def layered(_client: Any, endpoint: Endpoint) -> Retrying:
    """Build the model with three layers of retries."""
    patient = anew("langchain", endpoint, max_retries=2)
    broken = patient.model.bind(model=BROKEN).with_retry(stop_after_attempt=2)
    return Retrying(broken.with_fallbacks([patient.model]), patient)


VARIANTS: dict[str, Builder] = {
    NONE: lambda client, _endpoint: model(client),
    CLIENT: retrying,
    LAYERS: layered,
}


def answer(summary: Summary) -> str | None:
    """Say what the client's own retries hide and cost, and for each layer how many requests a call took."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    factor = ratio(summary, by_variant.get(CLIENT), by_variant.get(NONE), "makespan", failing=True)
    sentences = "; ".join(
        f"{name} {count(cell.errors, 'failure')} in {count(cell.calls, 'call')}, "
        f"{counted(cell, 'requests_per_call', 'request')} a call{refused(summary, cell)}, "
        f"{without_interval(cell, 'makespan')} a round"
        for name, cell in by_variant.items()
    )
    if not factor:
        return f"{sentences}." if sentences else None
    bare, patient = by_variant[NONE], by_variant[CLIENT]
    took = versus(factor, "rounds with them take {} as long", "rounds with and without them")
    hidden = (
        f"Without retries {bare.errors:,} of {count(bare.calls, 'call')} failed, with the client's two "
        f"{patient.errors:,} of {patient.calls:,}"
        if bare.errors
        else "No call failed without retries, so nothing is shown of what they hide"
    )
    return f"{hidden}; {took}. {sentences}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
