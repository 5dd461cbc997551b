"""Under a provider's rate limit, which way of backing off gets all calls through, and with how many requests?"""

from http import HTTPStatus
from uuid import uuid4

from overlap.harness.model.plan import Plan
from overlap.harness.report.figures import count, listed
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.scenarios._cells import about, calls_at_once, counted, in_each, refused, statuses_of, variants
from overlap.scenarios._langchain import anew, refuse
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "app", "prompts"]

SCENARIO = "rate_limits"
RATE, BURST, CALLS = 20, 8, 16
PACE = 18  # a tenth below the limit: two clocks never agree
NONE, TWO, MANY = "no retries", "the client's 2 retries", "the client's 30 retries"
LAYER, PACED = "with_retry(4)", f"InMemoryRateLimiter at {PACE}/s"

# 20 requests a second, 8 of them at once: half of the calls are refused, and told when to come back.
PLAN = (
    Plan(
        strategies=("gather_bounded",),
        clients=("langchain",),
        concurrency=(CALLS,),
        rounds=3,
        profile="steady,ttft=0.02,itl=0",
        variants=(NONE, TWO, MANY, LAYER, PACED),
        server=("--rpm", str(RATE * 60), "--burst", str(BURST / RATE)),
    ),
)


class Backing:
    """An application upon a client of its own."""

    def __init__(self, runnable, client):
        self.ainvoke, self.abatch, self.astream = runnable.ainvoke, runnable.abatch, runnable.astream
        self.aclose = client.aclose


def app(client, endpoint, variant):
    """Build one way of backing off; its model's name is its own, and so are its limits at the server."""
    del client
    retries = {NONE: 0, TWO: 2, MANY: 30, LAYER: 0, PACED: 0}
    if variant not in retries:
        raise refuse(variant, SCENARIO, "; ".join(retries))
    own = anew("langchain", endpoint, max_retries=retries[variant], model=f"mock-{uuid4().hex[:8]}")
    if variant == LAYER:
        return Backing(own.model.with_retry(stop_after_attempt=4), own)
    if variant == PACED:
        from langchain_core.rate_limiters import InMemoryRateLimiter

        own.model.rate_limiter = InMemoryRateLimiter(
            requests_per_second=PACE, check_every_n_seconds=0.005, max_bucket_size=BURST // 2
        )
    return Backing(own.model, own)


def answer(summary: Summary) -> str | None:
    """Say for each way how many calls failed, how many requests a call took, and how long it all took."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    found = variants(summary, scenario=SCENARIO)
    if not found:
        return None
    said = [
        f"{name} {cell.errors:,} of {count(cell.calls, 'call')} failed, "
        f"{counted(cell, 'requests_per_call', 'request')} a call{refused(summary, cell)}, "
        f"{about(cell, 'makespan')}"
        for name, cell in found.items()
    ]
    asked = calls_at_once(next(iter(found.values())))
    limit = f"a limit of {RATE} requests a second asked of the server"
    return f"{_through(summary, found)}. {asked}, with {limit}: {'; '.join(said)}."


def _through(summary: Summary, found: dict[str, CellSummary]) -> str:
    """Say with which ways all calls got through; a limit that refused nobody shows nothing of any of them."""
    seen = [status for cell in found.values() for status in statuses_of(summary, cell)]
    if not seen:
        return "The server kept no journal, so whether its limit was reached is not known"
    if HTTPStatus.TOO_MANY_REQUESTS not in seen:
        return "No request was refused, so nothing is shown of backing off"
    through = [name for name, cell in found.items() if not cell.errors]
    if not through:
        return "None gets all calls through"
    return f"All calls get through with {listed(through, len(through))}"


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
