"""Without async, CPU is wasted while a call waits for its answer."""

from dataclasses import dataclass
from time import process_time_ns
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.timing import took
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms

SEEDS = ("S1",)
THEME = "threads and CPU"
READING = ("selectors:DefaultSelector", "langchain_openai.chat_models.base:BaseChatOpenAI._generate")
WAIT = 0.3


@dataclass(frozen=True, slots=True)
class Facts:
    """All times are ns, of the clock or of the CPU."""

    wait: int
    cpu_waiting: int
    cpu_at_once: int
    wall: int


async def measure(bench: Bench) -> Facts:
    """Make a blocking call that waits, and one that does not: what the wait adds is CPU spent on waiting."""
    quick, slow = bench.model(), bench.model(WAIT)
    prompt = bench.prompts(1)[0]
    for model in (quick, slow):
        model.invoke(prompt)

    def spent(model: Any) -> Any:
        began = process_time_ns()
        wall = took(lambda: model.invoke(prompt))
        return process_time_ns() - began, wall

    waited = [spent(slow) for _ in range(3)]
    return Facts(
        wait=round(WAIT * 1e9),
        cpu_waiting=min(cpu for cpu, _ in waited),
        cpu_at_once=min(spent(quick)[0] for _ in range(5)),
        wall=min(wall for _, wall in waited),
    )


def judge(facts: Facts) -> ClaimVerdict:
    """Busy waiting would cost the wait in CPU, a blocked thread next to nothing of it."""
    added = max(0, facts.cpu_waiting - facts.cpu_at_once)
    share = added / facts.wait
    evidence = (
        f"invoke that waits {ms(facts.wall)} spends {ms(facts.cpu_waiting)} of CPU "
        f"(least of 3 runs), one answered at once {ms(facts.cpu_at_once)} (least of 5)"
    )
    if share < 0.1:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if share > 0.5 else LIMIT, evidence)
