"""An async FastAPI endpoint that awaits ainvoke serves many requests at once."""

from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, Facts, ms, total
from overlap.scenarios.claims._service import ASYNC, asked

SEEDS = ("S1",)
THEME = "web services"
NEEDS = ("fastapi",)
READING = ("fastapi.routing:run_endpoint_function",)
REQUESTS, WAIT = 60, 1.0
# The threads that a service has for plain endpoints, by default.
THREADS = 40


async def measure(bench: Bench) -> dict[str, Any]:
    """Send sixty requests at once."""
    return await asked(bench, ASYNC, REQUESTS, WAIT)


@total
def judge(facts: Facts) -> ClaimVerdict:
    """It holds where more are open at the model than a service has threads."""
    requests, peak = facts["requests"], facts["peak"]
    evidence = f"{requests} requests at once: {peak} calls open at the model, {ms(facts['wall'])} in all, in 1 run"
    if peak == 1:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if peak > THREADS else LIMIT, evidence)
