"""`overlap gate --budgets FILE RUN…`: reads the budgets and the runs, judges, tells, answers the exit code."""

import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from overlap.harness.gate.budgets import tell
from overlap.harness.gate.budgets.judge import judge_budgets, overall
from overlap.harness.gate.budgets.reading import read
from overlap.harness.gate.budgets.words import lead
from overlap.harness.gate.github import summarize
from overlap.harness.gate.record import EXIT
from overlap.harness.host.secrets import line
from overlap.harness.store.run_files import Run, Unreadable
from overlap.harness.store.run_files import read as read_run
from overlap.harness.text.mistakes import Mistake

if TYPE_CHECKING:
    from rich.console import Console

FILES = {"markdown": "budgets.md", "junit": "budgets-junit.xml"}
_RENDER = {"markdown": tell.markdown, "junit": tell.junit}
LATEST = Path("results/latest")


def judged(  # noqa: PLR0913  what is judged, and four words on how it is told
    file: Path,
    runs: Sequence[Path],
    console: "Console",
    out: Path | None = None,
    *,
    formats: Collection[str] = tuple(FILES),
    quiet: bool = False,
) -> int:
    """
    Hold the *runs* (default: the latest) against the budgets in *file*, and show the verdict on *console*.

    Returns 0 kept, 1 broken, 3 undecided, 4 invalid: something that a limit is on is missing, or something in a
    run's files is damaged or does not fit together. With *out*, writes those *formats* there that budgets have; in
    a GitHub job, its summary and annotations too. *quiet*: the verdict alone is shown. Raises `Mistake`.
    """
    if lacking := [name for name in formats if name not in FILES]:
        raise Mistake(f"budgets are not written as {lacking[0]}; there are: {', '.join(FILES)}")
    budgets = read(file)
    read_runs = [_run(folder) for folder in runs or (LATEST,)]
    held = judge_budgets(budgets, read_runs)
    if quiet:
        console.print(lead(held), highlight=False, markup=False, soft_wrap=True)
    else:
        tell.show(held, console)
    faults = [f"{run.name}: {fault}" for run in read_runs for fault in run.faults]
    for fault in faults:
        print(f"overlap: {line(fault)}", file=sys.stderr)
    _write(out, {FILES[name]: render(held) for name, render in _RENDER.items() if name in formats})
    summarize(os.environ, lambda room: tell.markdown(held, room))
    if os.environ.get("GITHUB_ACTIONS") == "true":
        print("\n".join(tell.annotations(held)))
    code = EXIT[overall(held)]
    # What is kept by numbers that are not all there is not kept for certain.
    return EXIT["invalid"] if faults and code != EXIT["regressed"] else code


def _run(folder: Path) -> Run:
    try:
        return read_run(folder)
    except Unreadable as wrong:
        raise Mistake(str(wrong)) from wrong


def _write(out: Path | None, files: dict[str, str]) -> None:
    if not out:
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as wrong:
        raise Mistake(f"cannot write to {out}: {wrong.strerror}") from wrong
