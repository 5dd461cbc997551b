"""Runs the mock server alone."""

import os
import sys

import click

from overlap.harness.host import our_package


@click.command(
    "serve",
    context_settings={"ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def command(words: tuple[str, ...]) -> None:
    """Run the mock server alone; see `overlap serve --help`."""
    # Handed over and not called: harness and mock_server never import each other.
    os.execv(sys.executable, our_package.command("overlap.mock_server", *words))
