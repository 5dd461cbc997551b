"""The call that blocks the event loop handed to a thread, on the line where it stands."""

from typing import Any

from harness.diagnose import rewriting
from harness.diagnose.seen import Note, Seen, at

KIND = "trap"
HEADLINE = "p95"
NOTHING = "nothing of the application's held the loop"
# What holds the loop for less than this share of the time is the price of running at all.
SHARE = 0.05


def told(seen: Seen) -> dict[str, Any] | None:
    """Move the calls on the lines that held the loop, where there are calls to move."""
    lines = [
        {"path": note["path"], "line": note["line"]}
        for note in held(seen)
        if rewriting.movable(note["path"], note["line"])
    ]
    return {"lines": lines} if lines else None


def held(seen: Seen) -> list[Note]:
    """Answer the lines of the application's that held the loop for long enough to matter."""
    return [note for note in seen.of("held") if note["took"] >= SHARE * seen.span]


def apply(lines: list[dict[str, Any]]) -> None:
    """Have the application's files compiled with those calls awaited on a thread."""
    rewriting.move(lines)


def title(seen: Seen) -> str:
    """Name the line that held the loop, and for how long."""
    note = held(seen)[0]
    share = note["took"] / seen.span * 100
    return f"a blocked event loop: {note['inner']} ({at(note)}) held it {share:.0f} % of the time"


def advice(seen: Seen) -> str:
    """Say the line as it should be."""
    note = held(seen)[0]
    return f"{at(note)}: `await asyncio.to_thread(…)` around the call that blocks in `{note['text']}`"
