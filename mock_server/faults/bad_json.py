"""One event, or the body, is no JSON: it breaks off in the middle of a string."""

from overlap.mock_server.exchange.schedule_plan import AnswerPlan

_TORN = b'data: {"id":"chatcmpl-torn","object":"chat.completion.chunk","choices":[{"delta":{"content":"to\n\n'


def change(plan: AnswerPlan, after: int = 10) -> None:
    """Put a torn event in the place of the token after *after* others; a whole body loses its closing brace."""
    if plan.stream:
        at = min(after, len(plan.pieces) - 1)
        head = plan.pieces[0][: plan.head] if at == 0 else b""
        last = at == len(plan.pieces) - 1
        plan.pieces[at] = head + plan.frame(_TORN) + (plan.pieces[at][-5:] if last and plan.chunked else b"")
    else:
        start, _, end = plan.pieces[-1].rpartition(b"}")
        plan.pieces[-1] = start + b" " + end
