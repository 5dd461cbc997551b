"""Makes the report of a run again from its file."""

import sys
from pathlib import Path

import click

from harness.commands._words import FAULTY, fail, format_option, formats_of, paper
from harness.config import Mistake


@click.command("report")
@click.argument("folder", type=click.Path(path_type=Path), default=Path("results/latest"))
@format_option
@click.option("--quiet", is_flag=True, help="write the files and show nothing")
def command(folder: Path, formats: str | None, *, quiet: bool) -> None:
    """
    Make the report of the run in FOLDER (default: the latest) again, from its files alone.

    Exit codes: 0 done; 1 done, but some lines of the files could not be read; 2 there is no run to be read.
    """
    from harness import store
    from harness.report import build

    try:
        run = store.read(folder)
        build.write(run, formats_of(formats), console=None if quiet else paper())
    except (store.Unreadable, Mistake) as wrong:
        fail(str(wrong))
    except OSError as wrong:
        fail(f"cannot write to {folder}: {wrong.strerror}")
    if run.damaged:
        print(f"overlap: {run.damaged} lines could not be read and are left out", file=sys.stderr)
        sys.exit(FAULTY)
