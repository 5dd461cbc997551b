"""Every byte comes by itself."""

from itertools import accumulate

from mock_server.plan import Plan


def change(plan: Plan, gap: float = 0.0) -> None:
    """Write each byte by itself, *gap* seconds after the one before, or as fast as that goes."""
    step = round(gap * 1e9)
    pieces: list[bytes] = []
    due: list[int] = []
    marks: list[int] = []
    for piece, at, mark in zip(plan.pieces, plan.due, plan.counted(), strict=True):
        pieces += [piece[i : i + 1] for i in range(len(piece))]
        due += [at + i * step for i in range(len(piece))]
        marks += [0] * (len(piece) - 1) + [mark]
    plan.pieces, plan.due, plan.marks = pieces, list(accumulate(due, max)), marks
    plan.together = 1
