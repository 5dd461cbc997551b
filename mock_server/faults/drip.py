"""Every byte comes by itself; of an answer of more than 100,000 bytes, as few at a time as make 100,000 pieces."""

from array import array
from itertools import accumulate

from overlap.mock_server.exchange.schedule_plan import AnswerPlan

_MOST = 100_000


def change(plan: AnswerPlan, gap: float = 0.0) -> None:
    """Write each byte by itself, *gap* seconds after the one before, or as fast as that goes."""
    step = round(gap * 1e9)
    size = -(-sum(map(len, plan.pieces)) // _MOST)
    pieces: list[bytes] = []
    due: list[int] = []
    marks: list[int] = []
    for piece, at, mark in zip(plan.pieces, plan.due, plan.counted(), strict=True):
        starts = range(0, len(piece), size)
        pieces += [piece[i : i + size] for i in starts]
        due += [at + i * step for i in starts]
        marks += [0] * (len(starts) - 1) + [mark]
    plan.pieces, plan.due, plan.marks = pieces, array("q", accumulate(due, max)), marks
    plan.together = 1
