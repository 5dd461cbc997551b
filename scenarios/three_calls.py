"""Do three calls of 1.5 s take 4.5 s in sequence and 1.5 s under gather?"""

from overlap.harness.model.plan import Plan
from overlap.harness.report.figures import spell_out
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.estimate import Estimate
from overlap.scenarios._cells import calls_at_once, in_each, lasting, one, planned, ratio, versus
from overlap.scenarios._questions import questions as prompts

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
CALLS, TAKES = 3, 1.5e9  # ns
CLOSE = 0.03


def answer(summary: Summary) -> str | None:
    """Say what both took, and whether that is what the tutorial says, to 3 %."""
    return in_each(summary, SCENARIO, _answer, "strategy")


def _answer(summary: Summary) -> str | None:
    apart = one(summary, scenario=SCENARIO, strategy="ainvoke")
    at_once = one(summary, scenario=SCENARIO, strategy="gather")
    factor = ratio(summary, apart, at_once, "makespan")
    if not apart or not at_once or not factor:
        return None
    slow, fast = (each.metrics.get("makespan") for each in (apart, at_once))
    if not slow or not fast:
        return None
    times_as_fast = versus(factor, "{} as fast", "the two")
    times = f"{spell_out(slow)} in sequence, {spell_out(fast)} under gather, {times_as_fast}"
    if not _as_asked(summary, apart, at_once):
        calls = f"{calls_at_once(at_once)}{lasting(summary, (apart, at_once))}"
        return f"Not what was asked, but {calls}: {times}."
    verdicts = {_near(slow, 3 * TAKES), _near(fast, TAKES)}
    verdict = "No" if False in verdicts else "Not shown here" if None in verdicts else "Yes"
    return f"{verdict}: {times}."


def _as_asked(summary: Summary, apart: CellSummary, at_once: CellSummary) -> bool:
    """Say whether each round made three calls of 1.5 s, by the server's plan, and gather all of them at once."""
    plan_times = planned(summary, (apart, at_once))
    long = plan_times is not None and all(abs(end / TAKES - 1) < CLOSE for end in plan_times[2:])
    return (
        long
        and at_once.cell.concurrency >= CALLS
        and all(each.calls == CALLS * each.rounds for each in (apart, at_once))
    )


def _near(total: Estimate, expected: float) -> bool | None:
    """Say by its whole interval whether a *total* time is within 3 % of *expected*, in ns; None if not shown."""
    if total.low is None or total.high is None:
        return None
    if total.high < expected * (1 - CLOSE) or total.low > expected * (1 + CLOSE):
        return False
    return True if total.low >= expected * (1 - CLOSE) and total.high <= expected * (1 + CLOSE) else None


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
