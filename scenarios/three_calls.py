"""Do three calls of 1.5 s take 4.5 s in sequence and 1.5 s under gather?"""

from harness.plan import Plan
from harness.report.figures import told
from harness.stats.cells import Summary
from scenarios._cells import one, over, versus
from scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "prompts"]

PLAN = (
    Plan(
        strategies=("ainvoke", "gather"),
        concurrency=(3,),
        calls=3,
        rounds=3,
        profile="steady,ttft=1.5,itl=0",
    ),
)

SCENARIO = "three_calls"


def answer(summary: Summary) -> str | None:
    """Say what both took, and whether that is what the tutorial says, to 3 %."""
    apart = one(summary, scenario=SCENARIO, strategy="ainvoke")
    at_once = one(summary, scenario=SCENARIO, strategy="gather")
    factor = over(summary, apart, at_once, "makespan")
    if not apart or not at_once or not factor:
        return None
    slow, fast = apart.metrics["makespan"], at_once.metrics["makespan"]
    right = abs(slow.value / 4.5e9 - 1) < 0.03 and abs(fast.value / 1.5e9 - 1) < 0.03
    times_as_fast = versus(factor, "{} as fast", "the two")
    said = f"{told(slow)} in sequence, {told(fast)} under gather, {times_as_fast}"
    return f"Yes: {said}." if right else f"Not here: {said}."


if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
