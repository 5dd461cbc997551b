"""Async gives a service better latency under load."""

from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms
from overlap.scenarios.claims._service import ASYNC, BLOCKING, PLAIN, ServedRequests, asked

SEEDS = ("S1",)
THEME = "web services"
NEEDS = ("fastapi",)
READING = ("starlette.concurrency:run_in_threadpool", "fastapi.routing:run_endpoint_function")
FEW, MANY, SHORT, LONG = 12, 60, 0.12, 1.0


@dataclass(frozen=True, slots=True)
class Facts:
    """How few and many requests were served, by kind of endpoint."""

    few: dict[str, ServedRequests]
    many: dict[str, ServedRequests]


async def measure(bench: Bench) -> Facts:
    """Ask for few at once, since one kind blocks; and for more than a service has threads."""
    few, many = {"async": ASYNC, "blocking": BLOCKING}, {"async": ASYNC, "plain": PLAIN}
    return Facts(
        few={name: await asked(bench, path, FEW, SHORT) for name, path in few.items()},
        many={name: await asked(bench, path, MANY, LONG) for name, path in many.items()},
    )


def judge(facts: Facts) -> ClaimVerdict:
    """What has fewer calls open at the model makes its requests wait for one another, on any machine."""
    other, blocking = (facts.few[key] for key in ("async", "blocking"))
    many, plain = (facts.many[key] for key in ("async", "plain"))
    evidence = (
        f"open at the model of {FEW} requests at once, and their mean latency in 1 run on this machine: await "
        f"ainvoke {_of(other)}, invoke in an async def {_of(blocking)}; of {MANY}: {_of(many)}, invoke in a def "
        f"{_of(plain)}"
    )
    if other.peak <= blocking.peak:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if plain.peak >= many.peak else HOLDS, evidence)


def _of(served: ServedRequests) -> str:
    return f"{served.peak} ({ms(served.mean)})"
