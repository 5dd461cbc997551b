"""The connection is closed in the middle of the answer."""

from overlap.mock_server.exchange.schedule_plan import AnswerPlan, End
from overlap.mock_server.faults import _cutting


def change(plan: AnswerPlan, after: int = 10) -> None:
    """Close after *after* tokens, or half-way through an answer in one piece."""
    _cutting.stop(plan, after, End.CLOSE)
