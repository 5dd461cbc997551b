"""What does uvloop change for a chain, and for bare HTTP?"""

from harness.plan import Plan
from scenarios._questions import questions as prompts

__all__ = ["PLAN", "prompts"]

# Answers come at once: what is left is the client's own work, the only thing a loop can change.
PLAN = (
    Plan(
        strategies=("gather_bounded", "astream_many"),
        clients=("aiohttp", "openai", "chain"),
        loops=("asyncio", "uvloop"),
        concurrency=(32,),
        calls=128,
        profile="instant",
        tokens=16,
    ),
)

if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
