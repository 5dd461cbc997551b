"""Compares runs, and refuses if their circumstances differ."""

import sys
from pathlib import Path

import click

from overlap.harness.terminal.command_line import FAULTY, console_out, fail, run_folder
from overlap.harness.text.choices import choices, quoted


@click.command("compare")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="A B …")
@click.option(
    "--allow", default="", metavar="A,B,…", help="circumstances that may differ, comma-separated: python, cpu, …"
)
@click.option("--html", "page", type=click.Path(path_type=Path), help="also write the comparison to this file")
def command(folders: tuple[Path, ...], allow: str, page: Path | None) -> None:
    """
    Compare two runs, or one with several.

    A is compared with each of the others: every cell that both have, as a ratio with its confidence interval.

    Exit codes: 0 done; 1 done, but the files are damaged or contradict each other, as the messages say; 2 the runs
    cannot be compared, for the reason in the message.
    """
    from overlap.harness.report import comparison
    from overlap.harness.stats.circumstances import ALLOWED, known
    from overlap.harness.stats.sidebyside import Incomparable
    from overlap.harness.store.run_files import Unreadable, read, replace

    allowed = [word.strip() for word in allow.split(",") if word.strip()]
    for word in allowed:
        if not known(word):
            fail(f"--allow: no circumstance is called {quoted(word)}; {choices(word, ALLOWED)}")
    try:
        read_once = {folder: read(folder) for folder in map(run_folder, folders)}
        runs = [read_once[folder] for folder in map(run_folder, folders)]
        comparison.tell(runs, console_out(), allowed)
        if page:
            replace(page, comparison.render(runs, "html", allowed))
    except (Unreadable, Incomparable, LookupError) as wrong:
        fail(str(wrong))
    except OSError as wrong:
        fail(f"cannot write {page}: {wrong.strerror}")
    faults = [f"{run.name}: {fault}" for run in read_once.values() for fault in run.faults]
    for fault in faults:
        print(f"overlap: {fault}", file=sys.stderr)
    if faults:
        sys.exit(FAULTY)
