"""The terminator after `[DONE]` comes late, and the connection cannot be used again until it has."""

from overlap.mock_server.exchange.schedule_plan import AnswerPlan
from overlap.mock_server.faults import _cutting
from overlap.mock_server.http import response_bytes


def change(plan: AnswerPlan, seconds: float = 0.3) -> None:
    """Send the last chunk, which has nothing in it, *seconds* after the rest; without chunks, nothing changes."""
    if plan.chunked:
        plan.pieces[-1] = plan.pieces[-1].removesuffix(response_bytes.LAST_CHUNK)
        _cutting.append(plan, response_bytes.LAST_CHUNK, round(seconds * 1e9))
