"""Cutting a plan's pieces, for the faults that do."""

from overlap.mock_server.exchange.schedule_plan import AnswerPlan, End


def stop(plan: AnswerPlan, after: int, end: End) -> None:
    """Let the plan end after *after* tokens, or half-way through a whole answer; the head always leaves."""
    plan.promised = plan.planned()
    if not plan.stream and len(plan.pieces) > 1:
        half = len(plan.pieces) // 2
        plan.pieces, plan.due, plan.marks = plan.pieces[:half], plan.due[:half], [0] * half
    elif not plan.stream:
        piece = plan.pieces[0]
        plan.pieces = [piece[: plan.head + (len(piece) - plan.head) // 2]]
        plan.marks = [0]
    elif after < len(plan.pieces):
        head, first = plan.pieces[0][: plan.head], plan.due[0]
        plan.marks = plan.counted()[:after] or [0]
        plan.pieces = plan.pieces[:after] or [head]
        plan.due = list(plan.due[:after]) or [first]
    plan.end = end


def append(plan: AnswerPlan, piece: bytes, wait: int = 0) -> None:
    """Add a piece that is no token, *wait* ns after the last."""
    plan.marks = [*plan.counted(), 0]
    plan.pieces = [*plan.pieces, piece]
    plan.due = [*plan.due, plan.due[-1] + wait]


def replace_first(plan: AnswerPlan, parts: list[bytes], gap: int) -> None:
    """Put *parts*, *gap* ns apart, in the place of the first piece; what follows waits for them."""
    start = plan.due[0]
    times = [start + i * gap for i in range(len(parts))]
    marks = plan.counted()
    plan.pieces = [*parts, *plan.pieces[1:]]
    plan.due = [*times, *(max(due, times[-1]) for due in plan.due[1:])]
    plan.marks = [0] * (len(parts) - 1) + marks
    plan.together = 1


def halve(plan: AnswerPlan, gap: int) -> None:
    """Cut each piece into two, the second *gap* ns after the first and not after the next piece."""
    dues = list(plan.due)
    later = [*dues[1:], dues[-1] + gap]
    halves = [(piece[: len(piece) // 2], piece[len(piece) // 2 :]) for piece in plan.pieces]
    plan.marks = [mark for whole in plan.counted() for mark in (0, whole)]
    plan.pieces = [half for pair in halves for half in pair]
    plan.due = [
        at for due, after in zip(dues, later, strict=True) for at in (due, min(due + gap, max(after, due)))
    ]
