"""The answer stops after some tokens, and goes on later."""

from overlap.mock_server.exchange.schedule_plan import AnswerPlan


def change(plan: AnswerPlan, after: int = 10, seconds: float = 5.0) -> None:
    """Wait *seconds* more after *after* tokens; an answer in one piece is as much later."""
    wait = round(seconds * 1e9)
    plan.due = [due + wait if i >= after or not plan.stream else due for i, due in enumerate(plan.due)]
