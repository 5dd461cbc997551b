"""The common end of bench and slo: writes and shows the report, prints the faults, and chooses the exit code."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from overlap.harness.bench.stage import RunOutcome
from overlap.harness.host import interrupt
from overlap.harness.terminal.command_line import FAULTY, INTERRUPTED, console_out, warn


def report_outcome(
    outcome: RunOutcome, *, quiet: bool, as_json: bool = False, formats: list[str] | None = None
) -> int:
    """Write the report of *outcome*, in *formats* if not None, and show it; return the exit code."""
    if formats and as_json:
        formats = [*formats, "json"]  # summary.json is printed below
    interrupted, undone, faults = outcome.state == "interrupted", "", list(outcome.faults)
    try:
        faults += _reported(outcome.folder, formats, shown=not (quiet or as_json))
    except KeyboardInterrupt:
        # The faults of an interrupted run say already that it was.
        undone = "its report was not made" if interrupted else "interrupted while the report was made"
        interrupted = True
    except OSError as wrong:
        undone = f"the report cannot be written ({wrong.strerror})"
    if interrupt.came() and not interrupted:
        faults.append(f"{interrupt.reason()}, when all was measured")
        interrupted = True
    if as_json and not undone:
        print((outcome.folder / "summary.json").read_text(encoding="utf-8"))
    if undone:
        faults.append(f"{undone}; what was measured is kept: overlap report {outcome.folder}")
    faults = list(dict.fromkeys(faults))
    # If the run was cut short, all faults go into one line.
    lines = ["; ".join(faults)] if faults and (undone or interrupted) else faults
    for line in (*outcome.notes, *lines):
        warn(line)
    return INTERRUPTED if interrupted else FAULTY if faults else 0


def _reported(folder: Path, formats: Iterable[str] | None, *, shown: bool) -> Sequence[str]:
    """
    Write the report, and return the faults of the run's files.

    Raise OSError if it cannot be written, KeyboardInterrupt if the user interrupts it.
    """
    from overlap.harness.report import build
    from overlap.harness.store import run_files

    if interrupt.again():
        interrupt.check()
    try:
        run = run_files.read(folder)
    except run_files.Unreadable as wrong:
        return [str(wrong)]
    build.write(run, formats, console=console_out() if shown else None)
    return run.faults
