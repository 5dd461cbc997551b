"""An async FastAPI endpoint that awaits ainvoke serves many requests at once."""

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms
from overlap.scenarios.claims._service import ASYNC, ServedRequests, asked

SEEDS = ("S1",)
THEME = "web services"
NEEDS = ("fastapi",)
READING = ("fastapi.routing:run_endpoint_function",)
REQUESTS, WAIT = 60, 1.0
# The threads that a service has for plain endpoints, by default.
THREADS = 40


Facts = ServedRequests


async def measure(bench: Bench) -> Facts:
    """Send sixty requests at once."""
    return await asked(bench, ASYNC, REQUESTS, WAIT)


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where more are open at the model than a service has threads."""
    evidence = (
        f"{facts.requests} requests at once: {facts.peak} calls open at the model, {ms(facts.wall)} in all, "
        f"in 1 run"
    )
    if facts.peak == 1:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if facts.peak > THREADS else LIMIT, evidence)
