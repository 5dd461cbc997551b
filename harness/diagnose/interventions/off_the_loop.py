"""The call that blocks the event loop handed to a thread, on the line where it stands."""

from typing import Any

from overlap.harness.diagnose import rewriting
from overlap.harness.diagnose.observation import Note, Observation, at

KIND = "trap"
HEADLINE = "p95"
NOTHING = "nothing of the application's held the loop"
# What holds the loop for less than this share of the time is the price of running at all.
SHARE = 0.05


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Move the calls on the lines that held the loop, where there are calls to move."""
    lines = [
        {"path": note["path"], "line": note["line"]}
        for note in held(seen)
        if rewriting.movable(note["path"], note["line"])
    ]
    return {"lines": lines} if lines else None


def held(seen: Observation) -> list[Note]:
    """
    Return the lines of the application that held the loop for long enough to matter, the longest first.

    Times are added up over all that a line called; the innermost line is that which took most of it. A line that
    only awaits is left out: there a library computes, as it does in every call, and nothing can be moved.
    """
    lines: dict[tuple[str, int], dict[str, Any]] = {}
    for note in seen.of("held"):
        line = lines.setdefault((note["path"], note["line"]), {**note, "took": 0, "count": 0})
        line["took"] += note["took"]
        line["count"] += note["count"]
    longest = [note for note in lines.values() if note["took"] >= SHARE * seen.span and not _awaits(note)]
    return sorted(longest, key=lambda note: -note["took"])


def _awaits(note: Note) -> bool:
    """Return whether what the line calls is awaited, so that its time is that of a library."""
    return "await " in note["text"] and note["inner"].startswith("`")


def share(note: Note, seen: Observation) -> float:
    """Return the share (0 to 1) of the slot in which the line held the loop."""
    return min(1.0, float(note["took"]) / seen.span)


def where(note: Note) -> str:
    """
    Write the innermost line of the application, and the line of the coroutine that led there.

    >>> where({"file": "app.py", "line": 7, "inner": "audit()", "inner_at": "helpers.py:4"})
    'helpers.py:4, in audit(), called at app.py:7'
    >>> where({"file": "app.py", "line": 7, "inner": "`time.sleep(1)`", "inner_at": "app.py:7"})
    'app.py:7, in `time.sleep(1)`'
    """
    outer = at(note)
    inner = note.get("inner_at", outer)
    return f"{inner}, in {note['inner']}" + ("" if inner == outer else f", called at {outer}")


def apply(lines: list[dict[str, Any]]) -> None:
    """Have the application's files compiled with those calls awaited on a thread."""
    rewriting.move(lines)


def title(seen: Observation) -> str:
    """Name the line that held the loop, and for how long."""
    note = held(seen)[0]
    return f"a blocked event loop: {where(note)}, held it {share(note, seen) * 100:.0f} % of the time"


def advice(seen: Observation) -> str:
    """Return the line as it should be."""
    note = held(seen)[0]
    return f"{at(note)}: `await asyncio.to_thread(…)` around the call that blocks in `{note['text']}`"
