"""Writes the report of a run again, from its files."""

import sys
from pathlib import Path

import click

from overlap.harness.terminal.command_line import FAULTY, console_out, fail, format_option, formats_of, run_folder
from overlap.harness.text.mistakes import Mistake


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("results/latest"))
@format_option
@click.option("--quiet", is_flag=True, help="write the files and show nothing")
def command(folder: Path, formats: str | None, *, quiet: bool) -> None:
    """
    Write a run's report again, from its files.

    FOLDER is the run's folder (default: the latest). If the run was killed, this reports what was on file by then,
    and says so.

    Exit codes: 0 done; 1 done, but the files are damaged or contradict each other, as the messages say; 2 there is
    no readable run, or its report cannot be written.
    """
    from overlap.harness.report import build
    from overlap.harness.store import run_files

    try:
        run = run_files.read(run_folder(folder))
        build.write(run, formats_of(formats), console=None if quiet else console_out())
    except (run_files.Unreadable, Mistake) as wrong:
        fail(str(wrong))
    except OSError as wrong:
        fail(f"cannot write to {folder}: {wrong.strerror}")
    if run.unended:
        print(f"overlap: {run.unended}", file=sys.stderr)
    for fault in run.faults:
        print(f"overlap: {fault}", file=sys.stderr)
    if run.faults:
        sys.exit(FAULTY)
