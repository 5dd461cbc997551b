"""The server stops sending in the middle of the answer, but keeps its side of the connection open."""

from overlap.mock_server.exchange.schedule_plan import AnswerPlan, End
from overlap.mock_server.faults import _cutting


def change(plan: AnswerPlan, after: int = 10) -> None:
    """Stop after *after* tokens, or half-way through an answer in one piece."""
    _cutting.stop(plan, after, End.HALF_CLOSE)
