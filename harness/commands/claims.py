"""Measures what tutorials claim about LangChain's async execution, and judges it."""

import sys
from pathlib import Path
from typing import Any

import click

from overlap.harness.terminal.command_line import INTERRUPTED, console_out, fail
from overlap.harness.text.mistakes import Mistake


@click.command("claims")
@click.argument("names", nargs=-1, metavar="[C3 C13 …]")
@click.option(
    "--with",
    "versions",
    multiple=True,
    metavar="NAME==VERSION",
    help="run on other versions; repeatable; takes Overlap's source",
)
@click.option("--compare", "pair", nargs=2, type=click.Path(path_type=Path), help="compare two claims runs")
@click.option("--results", type=click.Path(path_type=Path), default=Path("results"), help="where run folders go")
@click.option("--record", is_flag=True, help="save these verdicts as the expected ones")
@click.option("--quiet", is_flag=True, help="print only warnings and errors")
def command(names: tuple[str, ...], **options: Any) -> None:
    """
    Measure and judge what tutorials claim about async LangChain.

    Without names, all claims are measured.

    Exit codes: 0 the verdicts are the recorded ones; 1 an experiment failed; 2 it cannot be done as asked; 3 a
    verdict differs from the recorded one, or between two ledgers; 130 interrupted.
    """
    from overlap.harness.claims.command import ClaimsRequest, carry_out

    try:
        sys.exit(carry_out(ClaimsRequest(names, **options), console_out()))
    except Mistake as mistake:
        fail(str(mistake))
    except KeyboardInterrupt:
        print("overlap: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
