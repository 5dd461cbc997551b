"""Lays runs side by side, and refuses where their circumstances differ."""

import sys
from pathlib import Path

import click

from overlap.harness.terminal.command_line import FAULTY, console_out, fail, run_folder
from overlap.harness.text.choices import choices, quoted


@click.command("compare")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path), metavar="A B …")
@click.option("--allow", default="", metavar="…", help="circumstances that may differ, with commas")
@click.option("--html", "page", type=click.Path(path_type=Path), help="write the comparison there as well")
def command(folders: tuple[Path, ...], allow: str, page: Path | None) -> None:
    """
    Lay the run in A beside each of the others: every cell they share, as ratios with intervals.

    Exit codes: 0 done; 1 done, but something in the files is damaged or does not fit together, and is told; 2
    they cannot be compared, with the reason.
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
