"""What bench and slo have in common at their end: the report is made and shown, the faults said, the exit code."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from overlap.harness.bench.stage import RunOutcome
from overlap.harness.host import interrupt
from overlap.harness.terminal.command_line import FAULTY, INTERRUPTED, console_out, warn


def report_outcome(
    outcome: RunOutcome, *, quiet: bool, as_json: bool = False, formats: list[str] | None = None
) -> int:
    """Make the report of *outcome*, in *formats* if these are given, and show it; return the exit code."""
    if formats and as_json:
        formats = [*formats, "json"]  # it is what is printed
    interrupted, undone, faults = outcome.state == "interrupted", "", list(outcome.faults)
    try:
        faults += _reported(outcome.folder, formats, shown=not (quiet or as_json))
    except KeyboardInterrupt:
        # A run that was interrupted has said so already.
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
    said = ["; ".join(faults)] if faults and (undone or interrupted) else faults
    for line in (*outcome.notes, *said):
        warn(line)
    return INTERRUPTED if interrupted else FAULTY if faults else 0


def _reported(folder: Path, formats: Iterable[str] | None, *, shown: bool) -> Sequence[str]:
    """
    Make the report, and return what is wrong with the run's files.

    Raises OSError where it cannot be written, KeyboardInterrupt where somebody cannot wait for it.
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
