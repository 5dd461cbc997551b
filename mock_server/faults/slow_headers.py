"""Status line and headers come one line at a time, with a gap between them."""

from overlap.mock_server.exchange.schedule_plan import AnswerPlan
from overlap.mock_server.faults import _cutting


def change(plan: AnswerPlan, gap: float = 0.1) -> None:
    """Send a line of the head every *gap* seconds, from when the head was due."""
    head, rest = plan.pieces[0][: plan.head], plan.pieces[0][plan.head :]
    lines = head.splitlines(keepends=True)
    if lines:
        _cutting.replace_first(plan, [*lines, rest], round(gap * 1e9))
