"""A run as data frames: one row a call, or one row a cell and metric; times in nanoseconds, as in all files."""

from typing import TYPE_CHECKING

from overlap.harness.model.record import Call
from overlap.harness.model.shares import OWNERS, shares
from overlap.harness.stats.cells import Summary
from overlap.harness.store.run_files import Run

if TYPE_CHECKING:
    from pandas import DataFrame

FIELDS = ("scenario", "client", "strategy", "loop", "concurrency", "profile", "variant")
DIVIDED = tuple(owner for owner in OWNERS if owner != "dispatch")
# Whole numbers that may be unknown; pandas would make floats of them.
WHOLE = ("due", "e2e", "ttft", "lag", "output_tokens", "attempts", *DIVIDED)


def calls(run: Run) -> "DataFrame":
    """Return every call of finished slots, warm-up marked, with its cell's fields and what the call implies."""
    from pandas import DataFrame

    cells = {cell.id: {field: getattr(cell, field) for field in FIELDS} for cell in run.cells}
    frame = DataFrame.from_records(
        [{"cell": call.cell, **cells.get(call.cell, {}), **_of(call)} for call in run.calls]
    )
    return frame.astype({name: "Int64" for name in WHOLE if name in frame})


def _of(call: Call) -> dict[str, object]:
    divided = shares(call)
    return {
        "round": call.round,
        "index": call.index,
        "warmup": call.warmup,
        "together": call.together,
        "due": call.due,
        "sent": call.sent,
        "done": call.done,
        "error": call.error,
        "e2e": call.e2e,
        "ttft": call.ttft,
        "tpot": call.tpot,
        "lag": call.lag,
        "chunks": len(call.chunks),
        "output_tokens": call.output_tokens,
        "attempts": call.attempts,
        **{owner: getattr(divided, owner) if divided else None for owner in DIVIDED},
    }


def cells(summary: Summary) -> "DataFrame":
    """Return every metric of every cell: its estimate, interval, count, rounds and unit."""
    from pandas import DataFrame

    names = ("cell", *FIELDS, "metric", "value", "low", "high", "count", "rounds", "unit", "at_least")
    rows = [
        (
            each.cell.id,
            *(getattr(each.cell, field) for field in FIELDS),
            metric,
            estimate.value,
            estimate.low,
            estimate.high,
            estimate.count,
            estimate.rounds,
            estimate.unit,
            estimate.at_least,
        )
        for each in summary.cells
        for metric, estimate in each.metrics.items()
    ]
    frame = DataFrame.from_records(rows, columns=names)
    # Of one round no interval is known: without its type the column would be of another one than in other runs.
    return frame.astype(dict.fromkeys(("value", "low", "high"), "float64"))
