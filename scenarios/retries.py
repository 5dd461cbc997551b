"""How many requests, and how much time, do retries hide from their caller?"""

from overlap.harness.model.plan import Plan
from overlap.harness.report.figures import count
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import about, counted, in_each, over, refused, variants, versus
from overlap.scenarios._langchain import anew, model, refuse
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "app", "prompts"]

SCENARIO = "retries"
BROKEN = "mock-broken"
NONE, CLIENT, LAYERS = "no retries", "the client's 2 retries", "2 retries in with_retry(2) in with_fallbacks"

# In the first part every fourth request fails. In the second all requests for one model do.
_SHARED = {"strategies": ("gather_bounded",), "clients": ("langchain",), "profile": "instant"}
PLAN = (
    Plan(
        **_SHARED,
        concurrency=(8,),
        calls=24,
        rounds=3,
        variants=(NONE, CLIENT),
        server=("--fault", "status,code=500,every=4"),
    ),
    Plan(
        **_SHARED,
        concurrency=(4,),
        calls=4,
        rounds=2,  # each takes four seconds
        variants=(LAYERS,),
        server=("--fault", f"status,code=500,model={BROKEN}"),
    ),
)


class Retrying:
    """An application upon a client that makes retries of its own."""

    def __init__(self, runnable, client):
        self.ainvoke, self.abatch, self.astream = runnable.ainvoke, runnable.abatch, runnable.astream
        self.aclose = client.aclose


def app(client, endpoint, variant):
    """Build the model without retries, with the client's own, or with three layers of them."""
    if variant == NONE:
        return model(client)
    if variant not in {CLIENT, LAYERS}:
        raise refuse(variant, SCENARIO, "; ".join(name for plan in PLAN for name in plan.variants))
    patient = anew("langchain", endpoint, max_retries=2)
    if variant == CLIENT:
        return Retrying(patient.model, patient)
    layered = patient.model.bind(model=BROKEN).with_retry(stop_after_attempt=2)
    return Retrying(layered.with_fallbacks([patient.model]), patient)


def answer(summary: Summary) -> str | None:
    """Say what the client's own retries hide and cost, and for each layer how many requests a call took."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    found = variants(summary, scenario=SCENARIO)
    factor = over(summary, found.get(CLIENT), found.get(NONE), "makespan", failing=True)
    said = "; ".join(
        f"{name} {count(cell.errors, 'failure')} in {count(cell.calls, 'call')}, "
        f"{counted(cell, 'requests_per_call', 'request')} a call{refused(summary, cell)}, "
        f"{about(cell, 'makespan')} a round"
        for name, cell in found.items()
    )
    if not factor:
        return f"{said}." if said else None
    bare, patient = found[NONE], found[CLIENT]
    took = versus(factor, "rounds with them take {} as long", "rounds with and without them")
    hidden = (
        f"Without retries {bare.errors:,} of {count(bare.calls, 'call')} failed, with the client's two "
        f"{patient.errors:,} of {patient.calls:,}"
        if bare.errors
        else "No call failed without retries, so nothing is shown of what they hide"
    )
    return f"{hidden}; {took}. {said}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
