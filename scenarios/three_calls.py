"""Do three calls of 1.5 s take 4.5 s in sequence and 1.5 s under gather?"""

from harness.plan import Plan
from scenarios._questions import questions as prompts

__all__ = ["PLAN", "prompts"]

PLAN = (
    Plan(
        strategies=("ainvoke", "gather"),
        concurrency=(3,),
        calls=3,
        rounds=3,
        profile="steady,ttft=1.5,itl=0",
    ),
)

if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
