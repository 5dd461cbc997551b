"""An error comes in the middle of a stream, as an event, and ends it."""

from overlap.mock_server.exchange.schedule_plan import AnswerPlan, End
from overlap.mock_server.faults import _cutting
from overlap.mock_server.http import response_bytes
from overlap.mock_server.wire.common import errors


def change(plan: AnswerPlan, after: int = 10) -> None:
    """Send OpenAI's error for a server's fault after *after* tokens; an answer in one piece is left as it is."""
    if not plan.stream:
        return
    error_event = errors.event(errors.server_error())
    _cutting.stop(plan, after, plan.end)
    last = response_bytes.LAST_CHUNK if plan.chunked else b""
    _cutting.append(plan, plan.frame(error_event) + last)
    plan.end = plan.end if plan.chunked else End.CLOSE
