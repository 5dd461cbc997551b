"""How soon does a real endpoint answer, and what does calling it in another way change?"""

from typing import Any

from overlap.harness.model.plan import Plan
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "prompts"]

# Small, since each of these may cost money: 30 requests a round, five rounds fit into the usual budget of 200.
LENGTH: dict[str, Any] = {"profile": "lognormal,ttft=0.04,itl=0.002", "tokens": 32}
PLAN = (
    Plan(strategies=("astream_many",), clients=("openai",), concurrency=(1,), calls=4, **LENGTH),
    Plan(strategies=("astream_many",), clients=("openai",), concurrency=(4,), calls=8, **LENGTH),
    Plan(strategies=("gather",), clients=("chain",), concurrency=(4,), calls=8, **LENGTH),
)

if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
