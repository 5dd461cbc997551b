"""How soon does a real endpoint answer, and what does calling it in another way change?"""

from dataclasses import replace

from overlap.harness.model.plan import Plan
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "prompts"]

# Small, since each of these may cost money: 30 requests a round, five rounds fit into the usual budget of 200.
STREAMED = Plan(strategies=("astream_many",), clients=("openai",), concurrency=(4,), calls=8, tokens=32)
PLAN = (
    replace(STREAMED, concurrency=(1,), calls=4),
    STREAMED,
    replace(STREAMED, strategies=("gather",), clients=("chain",)),
)

if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
