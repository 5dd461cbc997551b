"""Under a provider's rate limit, which way of backing off gets all calls through, and with how many requests?"""

from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Builder, Plan
from overlap.harness.report.figures import count, listed
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.scenarios._cells import (
    calls_at_once,
    counted,
    in_each,
    refused,
    statuses_of,
    variants,
    without_interval,
)
from overlap.scenarios._langchain import anew
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

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

    def __init__(self, runnable: Any, client: Any) -> None:
        self.ainvoke, self.abatch, self.astream = runnable.ainvoke, runnable.abatch, runnable.astream
        self.aclose = client.aclose


def client_of_its_own(endpoint: Endpoint, retries: int = 0) -> Any:
    """Build a client whose model has a name of its own, and so limits of its own at the server."""
    return anew("langchain", endpoint, max_retries=retries, model=f"mock-{uuid4().hex[:8]}")


def retrying(_client: Any, endpoint: Endpoint, retries: int) -> Backing:
    """Leave the retries to the client."""
    own = client_of_its_own(endpoint, retries)
    return Backing(own.model, own)


def layered(_client: Any, endpoint: Endpoint) -> Backing:
    """Leave the retries to LangChain's `with_retry`."""
    own = client_of_its_own(endpoint)
    return Backing(own.model.with_retry(stop_after_attempt=4), own)


def paced(_client: Any, endpoint: Endpoint) -> Backing:
    """Send no faster than the limit allows."""
    from langchain_core.rate_limiters import InMemoryRateLimiter

    own = client_of_its_own(endpoint)
    own.model.rate_limiter = InMemoryRateLimiter(
        requests_per_second=PACE, check_every_n_seconds=0.005, max_bucket_size=BURST // 2
    )
    return Backing(own.model, own)


VARIANTS: dict[str, Builder] = {
    NONE: partial(retrying, retries=0),
    TWO: partial(retrying, retries=2),
    MANY: partial(retrying, retries=30),
    LAYER: layered,
    PACED: paced,
}


def answer(summary: Summary) -> str | None:
    """Say for each way how many calls failed, how many requests a call took, and how long it all took."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    if not by_variant:
        return None
    sentences = [
        f"{name} {cell.errors:,} of {count(cell.calls, 'call')} failed, "
        f"{counted(cell, 'requests_per_call', 'request')} a call{refused(summary, cell)}, "
        f"{without_interval(cell, 'makespan')}"
        for name, cell in by_variant.items()
    ]
    asked = calls_at_once(next(iter(by_variant.values())))
    limit = f"a limit of {RATE} requests a second asked of the server"
    return f"{_through(summary, by_variant)}. {asked}, with {limit}: {'; '.join(sentences)}."


def _through(summary: Summary, by_variant: dict[str, CellSummary]) -> str:
    """Say with which ways all calls got through; a limit that refused nobody shows nothing of any of them."""
    seen = [status for cell in by_variant.values() for status in statuses_of(summary, cell)]
    if not seen:
        return "The server kept no journal, so whether its limit was reached is not known"
    if HTTPStatus.TOO_MANY_REQUESTS not in seen:
        return "No request was refused, so nothing is shown of backing off"
    through = [name for name, cell in by_variant.items() if not cell.errors]
    if not through:
        return "None gets all calls through"
    return f"All calls get through with {listed(through, len(through))}"


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
