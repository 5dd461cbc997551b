"""astream yields the chunks of an answer as they come."""

from harness.claims.verdict import FALSE, HOLDS, LIMIT, Verdict, ms, total
from scenarios.claims._streams import arrivals

SEEDS = ("S0", "S1")
THEME = "streams"
READING = ("langchain_openai.chat_models.base:BaseChatOpenAI._astream",)
FIRST, GAP, TOKENS = 0.02, 0.04, 5


async def measure(bench):
    """Stream one answer of five tokens from the model and from a chain."""
    model, chain = bench.model(FIRST, GAP, TOKENS), bench.chain(FIRST, GAP, TOKENS)
    await bench.warm(model)
    return {
        "planned": round(GAP * (TOKENS - 1) * 1e9),
        "model": await arrivals(model.astream("a")),
        "chain": await arrivals(chain.astream("a")),
    }


@total
def judge(facts):
    """Chunks that come as they are made are spread over the time in which they are made."""
    planned, spread = facts["planned"], [facts[key][-1] - facts[key][0] for key in ("model", "chain")]
    evidence = (
        f"{TOKENS} tokens planned over {ms(planned)}: ChatOpenAI's came after "
        f"{', '.join(map(ms, facts['model']))}; "
        f"the chain's over {ms(spread[1])}"
    )
    apart = [each >= planned / 2 for each in spread]
    return Verdict(HOLDS if all(apart) else LIMIT if any(apart) else FALSE, evidence)
