"""Every event comes in two packets, cut in the middle."""

from overlap.mock_server.exchange.schedule_plan import AnswerPlan
from overlap.mock_server.faults import _cutting


def change(plan: AnswerPlan, gap: float = 0.001) -> None:
    """Send the first half of each piece when it is due and the second half *gap* seconds later."""
    _cutting.halve(plan, round(gap * 1e9))
    plan.together = 1
