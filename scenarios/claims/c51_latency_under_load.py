"""Async gives a service better latency under load."""

from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, ms, times, total
from scenarios.claims._service import ASYNC, BLOCKING, PLAIN, asked

SEEDS = ("S1",)
THEME = "web services"
NEEDS = ("fastapi",)
READING = ("starlette.concurrency:run_in_threadpool", "fastapi.routing:run_endpoint_function")
FEW, MANY, SHORT, LONG = 12, 60, 0.12, 0.4
BETTER, WORSE = 2.0, 0.4


async def measure(bench):
    """Take the mean time of a request: of few, since one kind blocks; of more than a service has threads."""
    few, many = {"async": ASYNC, "blocking": BLOCKING}, {"async": ASYNC, "plain": PLAIN}
    return {
        "few": {name: await asked(bench, path, FEW, SHORT) for name, path in few.items()},
        "many": {name: await asked(bench, path, MANY, LONG) for name, path in many.items()},
    }


@total
def judge(facts):
    """It holds against an endpoint that blocks the loop, unless threads are far better than either."""
    other, blocking = (facts["few"][key]["mean"] for key in ("async", "blocking"))
    many, plain = (facts["many"][key]["mean"] for key in ("async", "plain"))
    evidence = (
        f"mean latency of {FEW} requests at once: await ainvoke {ms(other)}, invoke in an async def "
        f"{ms(blocking)} "
        f"({times(blocking / other)}); of {MANY}: {ms(many)}, invoke in a def {ms(plain)} ({times(plain / many)})"
    )
    if blocking < BETTER * other:
        return Verdict(FALSE, evidence)
    return Verdict(LIMIT if plain < WORSE * many else HOLDS, evidence)
