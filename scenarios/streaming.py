"""When does the caller of a stream see its first token, and how evenly do the others come?"""

from harness.plan import Plan
from scenarios._questions import questions as prompts

__all__ = ["PLAN", "prompts"]

PLAN = (
    Plan(
        strategies=("astream_many",),
        clients=("aiohttp", "openai", "langchain", "chain"),
        concurrency=(1, 32),
        calls=3,
        profile="steady,ttft=0.1,itl=0.01",
        tokens=32,
        sequential_up_to=1,
    ),
)

if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
