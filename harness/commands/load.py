"""Puts users on a service, headless or from Locust's page."""

import sys
from typing import Any

import click

from overlap.harness.load.flags import flags


@click.command("load")
@click.option("--quiet", is_flag=True, help="print only warnings and errors")
@flags
def command(*, quiet: bool, **words: Any) -> None:
    """
    Load-test the example service.

    With --time it runs headless, without it from Locust's page. Exit codes: 0 the run is complete and within its
    limits; 1 it is incomplete, misses --slo or --max-errors, has a bug in --file, or every call failed; 2 it
    cannot be done as asked; 130 interrupted, what was measured is kept.
    """
    from overlap.harness.load.command import main as carry_out

    sys.exit(carry_out(words, quiet=quiet))
