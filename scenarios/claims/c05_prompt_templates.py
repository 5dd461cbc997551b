"""Prompt templates are synchronous only."""

from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.scenarios.claims._outcomes import OK, awaited

SEEDS = ("S1",)
THEME = "names and components"
READING = (
    "langchain_core.prompts.base:BasePromptTemplate.ainvoke",
    "langchain_core.prompts.image:ImagePromptTemplate.aformat",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """How each call ended, trips to a thread, and whether ainvoke and invoke gave the same."""

    calls: dict[str, str]
    hops: int
    same: bool
    image_hops: int


async def measure(bench: Bench) -> Facts:
    """Format templates by their async methods, and count what goes to a thread."""
    from langchain_core.prompts import ChatPromptTemplate, PromptTemplate
    from langchain_core.prompts.image import ImagePromptTemplate

    chat = ChatPromptTemplate.from_messages([("human", "{q}")])
    image = ImagePromptTemplate(input_variables=["u"], template={"url": "{u}"})
    before = bench.hops
    calls = {
        "ainvoke": await awaited(chat.ainvoke({"q": "a"})),
        "aformat_prompt": await awaited(chat.aformat_prompt(q="a")),
        "aformat": await awaited(PromptTemplate.from_template("{q}").aformat(q="a")),
    }
    hops = bench.hops - before
    same = await chat.ainvoke({"q": "a"}) == chat.invoke({"q": "a"})
    before = bench.hops
    await awaited(image.aformat(u="http://127.0.0.1/a.png"))
    return Facts(calls=calls, hops=hops, same=same, image_hops=bench.hops - before)


def judge(facts: Facts) -> ClaimVerdict:
    """False where the async methods work on the loop itself."""
    calls, hops = facts.calls, facts.hops
    works = all(result == OK for result in calls.values()) and facts.same
    evidence = (
        f"{', '.join(calls)} {'work' if works else 'do not all work'}, with {hops} trips to a thread "
        f"(an image template: {facts.image_hops})"
    )
    if not works:
        return ClaimVerdict(HOLDS, evidence)
    return ClaimVerdict(LIMIT if hops else FALSE, evidence)
