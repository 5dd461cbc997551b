"""Several events come in one packet, when the last of them is due."""

from overlap.mock_server.exchange.schedule_plan import AnswerPlan


def change(plan: AnswerPlan, events: int = 4) -> None:
    """Send *events* pieces at once, at the time of the last of them."""
    size = max(events, 1)
    starts = range(0, len(plan.pieces), size)
    marks = plan.counted()
    due = list(plan.due)
    plan.pieces = [b"".join(plan.pieces[i : i + size]) for i in starts]
    plan.due = [due[min(i + size, len(due)) - 1] for i in starts]
    plan.marks = [sum(marks[i : i + size]) for i in starts]
