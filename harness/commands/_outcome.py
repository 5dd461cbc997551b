"""What bench and slo have in common at their end: the report is made and shown, the faults said, the exit code."""

import sys

from harness.bench import Outcome
from harness.commands._words import FAULTY, INTERRUPTED, paper


def told(outcome: Outcome, *, quiet: bool, as_json: bool = False) -> int:
    """Make the report of *outcome* and show it; answer the exit code."""
    from harness.report import build

    try:
        build.write(outcome.folder, console=None if quiet or as_json else paper())
    except KeyboardInterrupt:
        what = "interrupted while the report was made; what was measured is kept"
        print(f"overlap: {what}: overlap report {outcome.folder}", file=sys.stderr)
        return INTERRUPTED
    if as_json:
        print((outcome.folder / "summary.json").read_text(encoding="utf-8"))
    for fault in outcome.faults:
        print(f"overlap: {fault}", file=sys.stderr)
    if outcome.state == "interrupted":
        return INTERRUPTED
    return FAULTY if outcome.faults else 0
