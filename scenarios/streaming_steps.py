"""Which steps behind a model let its stream through, and which hold it until the end?"""

from harness.plan import Plan
from harness.report.figures import listed, told
from harness.stats.cells import Summary
from scenarios._cells import variants
from scenarios._langchain import model, refuse
from scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "app", "prompts"]

SCENARIO = "streaming_steps"
MODEL, PARSER, GENERATOR = "model", "StrOutputParser", "RunnableGenerator"
LAMBDA, YIELDING = "RunnableLambda", "RunnableLambda of an async generator"

PLAN = (
    Plan(
        strategies=("astream_many",),
        clients=("langchain",),
        concurrency=(4,),
        waves=2,
        rounds=3,
        profile="steady,ttft=0.02,itl=0.01",
        tokens=21,
        variants=(MODEL, PARSER, GENERATOR, LAMBDA, YIELDING),
    ),
)


async def shouted(message):
    """Turn a whole answer to upper case."""
    return message.content.upper()


async def shouted_at_the_end(message):
    """Yield a whole answer word by word, once it is there."""
    for word in message.content.upper().split():
        yield word


async def shouting(chunks):
    """Turn every chunk to upper case as it comes."""
    async for chunk in chunks:
        yield chunk.content.upper()


def app(client, endpoint, variant):
    """Build the model with one step behind it."""
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.runnables import RunnableGenerator, RunnableLambda

    del endpoint
    if variant not in PLAN[0].variants:
        raise refuse(variant, SCENARIO, PLAN[0].variants)
    if variant == MODEL:
        return model(client)
    steps = {
        PARSER: StrOutputParser,
        GENERATOR: lambda: RunnableGenerator(shouting),
        LAMBDA: lambda: RunnableLambda(shouted),
        YIELDING: lambda: RunnableLambda(shouted_at_the_end),
    }
    return model(client) | steps[variant]()


def answer(summary: Summary) -> str | None:
    """Say when the first chunk of an answer of 220 ms arrives behind each kind of step."""
    found = {
        name: cell.metrics["ttft.p50"]
        for name, cell in variants(summary, scenario=SCENARIO).items()
        if "ttft.p50" in cell.metrics
    }
    if MODEL not in found:
        return None
    # Half the answer's time lies between "as it comes" and "at the end".
    late = [name for name, first in found.items() if first.value > found[MODEL].value + 0.1e9]
    first = "; ".join(f"{name} {told(estimate)}" for name, estimate in found.items())
    verdict = f"{listed(late)} hold it back" if late else "None holds it back"
    return f"{verdict}. First chunk of a stream that begins after 20 ms and lasts 200: {first}."


if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
