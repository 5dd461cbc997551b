"""What does each layer between your code and the wire cost?"""

from harness.plan import Plan
from scenarios._questions import questions as prompts

__all__ = ["PLAN", "prompts"]

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
        calls=128,
        profile="instant",
        tokens=16,
    ),
)

if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
