"""What bench and slo have in common at their end: the report is made and shown, the faults said, the exit code."""

import sys

from harness.bench import Outcome
from harness.commands._words import FAULTY, INTERRUPTED, paper


def told(outcome: Outcome, *, quiet: bool, as_json: bool = False, formats: list[str] | None = None) -> int:
    """Make the report of *outcome*, in *formats* if these are given, and show it; answer the exit code."""
    from harness.report import build

    try:
        if formats and as_json:
            formats = [*formats, "json"]  # it is what is printed
        build.write(outcome.folder, formats, console=None if quiet or as_json else paper())
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
