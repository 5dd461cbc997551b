"""astream yields the chunks of an answer as they come."""

from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict, ms
from overlap.scenarios.claims._streams import arrivals, buffered

SEEDS = ("S0", "S1")
THEME = "streams"
READING = ("langchain_openai.chat_models.base:BaseChatOpenAI._astream",)
FIRST, GAP, TOKENS = 0.02, 0.04, 5


@dataclass(frozen=True, slots=True)
class Facts:
    """When each piece came, and over which time they were planned (ns)."""

    planned: int
    model: list[int]
    chain: list[int]


async def measure(bench: Bench) -> Facts:
    """Stream one answer of five tokens from the model and from a chain."""
    model, chain = bench.model(FIRST, GAP, TOKENS), bench.chain(FIRST, GAP, TOKENS)
    await bench.warm(model)
    return Facts(
        planned=round(GAP * (TOKENS - 1) * 1e9),
        model=await arrivals(lambda: model.astream("a")),
        chain=await arrivals(lambda: chain.astream("a")),
    )


def judge(facts: Facts) -> ClaimVerdict:
    """A piece that comes as it is made comes long before the last one is."""
    planned, chain = facts.planned, facts.chain
    evidence = (
        f"{TOKENS} tokens planned over {ms(planned)}: ChatOpenAI's came after {', '.join(map(ms, facts.model))}; "
        f"the chain's over {ms(chain[-1] - chain[0])}"
    )
    apart = [not buffered(seen) for seen in (facts.model, facts.chain)]
    return ClaimVerdict(HOLDS if all(apart) else LIMIT if any(apart) else FALSE, evidence)
