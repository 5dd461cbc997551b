"""Where the provider can take several inputs at once, abatch sends them in one request."""

from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict

SEEDS = ("S0",)
THEME = "batches"
READING = (
    "langchain_core.runnables.base:Runnable.abatch",
    "langchain_core.language_models.llms:BaseLLM.abatch",
    "langchain_openai.llms.base:BaseOpenAI._agenerate",
)
WAIT = 0.06


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as the server saw it: requests, and how many of them at once."""

    inputs: int
    requests: int
    peak: int


@dataclass(frozen=True, slots=True)
class Facts:
    """One batch of each kind of runnable."""

    chat: Batch
    chain: Batch
    completions: Batch


async def measure(bench: Bench) -> Facts:
    """Count the requests of a batch: of a chat model, of a chain, of the older completions class."""
    chat, chain, older = bench.model(WAIT), bench.chain(WAIT), bench.completions(WAIT)
    await bench.warm(chat, 24)
    results = {}
    for name, runnable, inputs in (("chat", chat, 3), ("chain", chain, 24), ("completions", older, 45)):
        await runnable.abatch(bench.prompts(inputs))
        journal = bench.take()
        results[name] = Batch(inputs, len(journal.entries), journal.peak)
    return Facts(**results)


def judge(facts: Facts) -> ClaimVerdict:
    """It is chat models that a chain is built upon: false where each of their inputs is a request of its own."""
    chat, chain, older = facts.chat, facts.chain, facts.completions
    evidence = (
        f"ChatOpenAI: {chat.inputs} inputs, {chat.requests} requests; a chain: {chain.inputs}, "
        f"{chain.requests}; OpenAI (completions): {older.inputs}, {older.requests}, at most "
        f"{older.peak} at a time"
    )
    merged = [each.requests < each.inputs for each in (chat, chain, older)]
    if not merged[0] and not merged[1]:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(HOLDS if all(merged) else LIMIT, evidence)
