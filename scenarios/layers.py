"""What does each layer between your code and the wire cost?"""

from overlap.harness.model.plan import Plan
from overlap.harness.report.figures import spell_out
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.scenarios._cells import finished, in_each, one, ratios, versus
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "prompts"]

# Answers come at once, so that nothing but the client's own work is timed.
PLAN = (
    Plan(
        strategies=("gather_bounded",),
        clients=(
            "httpx",
            "httpx2",
            "aiohttp",
            "openai",
            "openai_aiohttp",
            "langchain",
            "langchain_aiohttp",
            "chain",
            "chain_aiohttp",
        ),
        concurrency=(32,),
        profile="instant",
        tokens=8,
    ),
)

SCENARIO = "layers"


def answer(summary: Summary) -> str | None:
    """Say what a call through the outermost layer costs, and how often that is what bare HTTP costs."""
    return in_each(summary, SCENARIO, _answer, "client")


def _answer(summary: Summary) -> str | None:

    def client(name: str) -> CellSummary | None:
        return one(summary, scenario=SCENARIO, client=name)

    chain = client("chain")
    if not chain or not finished(chain) or "cpu" not in chain.metrics:
        return None
    sentences = [f"a chain call costs {spell_out(chain.metrics['cpu'])} of CPU"]
    others = {"openai": "the bare SDK", "httpx2": "bare httpx2", "aiohttp": "bare aiohttp"}
    pairs = {name: (chain, client(name)) for name in others}
    factors = ratios(summary, {**pairs, "below": (client("chain_aiohttp"), chain)}, "cpu")
    below = factors.pop("below", None)
    sentences += [
        versus(factor, f"{{}} {others[name]}", f"it and {others[name]}") for name, factor in factors.items()
    ]
    if below:
        sentences.append(
            versus(below, "with aiohttp below it, {} its cost on httpx2", "a chain on aiohttp and on httpx2")
        )
    sentence = "; ".join(sentences)
    return f"{sentence[0].upper()}{sentence[1:]}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
