"""`overlap gate --budgets FILE RUN…`: reads the budgets and the runs, judges, tells, returns the exit code."""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from overlap.harness.gate import delivery
from overlap.harness.gate.budgets.judge import judge_budgets, overall
from overlap.harness.gate.budgets.reading import read
from overlap.harness.gate.budgets.telling import compose, outputs
from overlap.harness.gate.record import EXIT
from overlap.harness.host.secrets import line
from overlap.harness.store.run_files import Run, Unreadable
from overlap.harness.store.run_files import read as read_run
from overlap.harness.text.mistakes import Mistake

if TYPE_CHECKING:
    from rich.console import Console

LATEST = Path("results/latest")


def judged(  # noqa: PLR0913  what is judged, and four words on how it is told
    file: Path,
    runs: Sequence[Path],
    console: "Console",
    out: Path | None = None,
    *,
    formats: Collection[str] = ("markdown", "junit"),
    quiet: bool = False,
) -> int:
    """
    Hold the *runs* (default: the latest) against the budgets in *file*, and show the verdict on *console*.

    Returns 0 kept, 1 broken, 3 undecided, 4 invalid: something that a limit is on is missing, or something in a
    run's files is damaged or does not fit together. With *out*, writes those *formats* there; in a GitHub job, its
    summary, outputs and annotations too. *quiet*: the verdict alone is shown. Raises `Mistake`.
    """
    budgets = read(file)
    read_runs = [_run(folder) for folder in runs or (LATEST,)]
    held = judge_budgets(budgets, read_runs)
    report, verdict = compose(held), overall(held)
    faults = [f"{run.name}: {fault}" for run in read_runs for fault in run.faults]
    if faults and verdict != "regressed":
        # What is kept by numbers that are not all there is not kept for certain.
        verdict = "invalid"
    if out:
        delivery.keep({k: text for name in formats for k, text in delivery.files(report, name).items()}, out)
    delivery.tell(report, outputs(held, verdict), console, quiet=quiet)
    for fault in faults:
        print(f"overlap: {line(fault)}", file=sys.stderr)
    return EXIT[verdict]


def _run(folder: Path) -> Run:
    try:
        return read_run(folder)
    except Unreadable as wrong:
        raise Mistake(str(wrong)) from wrong
