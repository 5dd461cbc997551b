"""Judges a change: base against candidate, interleaved on this machine, with error rates it keeps."""

import sys
from math import isnan
from pathlib import Path
from typing import Any

import click

from overlap.harness.gate.measure.settings import SETTINGS
from overlap.harness.terminal.command_line import config_options


def _share(_context: click.Context, _option: click.Parameter, words: str | None) -> float | None:
    """Read `5%` or `0.05`."""
    if words is None:
        return None
    try:
        share = float(words.removesuffix("%")) / (100 if words.endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 < share <= 10:
        raise click.BadParameter(f"{words!r} is no share such as 5% or 0.05")
    return share


class _Number(click.FloatRange):
    """A number within a range; NaN lies within every range for click, as it is neither below nor above."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return *value* as a number within the range."""
        number = super().convert(value, param, ctx)
        return self.fail(f"{value!r} is no number", param, ctx) if isnan(number) else number


@click.command("gate")
@click.argument("what", nargs=-1, metavar="[WHAT]…")
@click.option(
    "--base",
    multiple=True,
    metavar="WORD",
    help="the old side: a git ref, a folder, a requirement file, or key=value; repeatable",
)
@click.option(
    "--candidate", multiple=True, metavar="WORD", help="the new side, in the same forms [default: this tree]"
)
@click.option("--pytest", "tests", type=click.Path(path_type=Path), help="compare these pytest-benchmark rows too")
@click.option("--only-pytest", is_flag=True, help="compare nothing but the rows of --pytest")
@click.option(
    "--aa", is_flag=True, help="self-test: compare the base with itself; a difference found is a failure"
)
@click.option(
    "--inject", callback=_share, metavar="5%", help="self-test: add a slowdown of this size, which must be found"
)
@click.option("--rounds", type=click.IntRange(1, 1000), help="rounds at most [default: 80]")
@click.option("--slot", type=_Number(0.02, 60), default=0.2, show_default=True, help="seconds of one measurement")
@click.option("--alpha", callback=_share, metavar="5%", help="accepted chance of a false alarm per run")
@click.option("--min-effect", callback=_share, metavar="3%", help="smallest change that is reported as one")
@click.option(
    "--pass-bound", callback=_share, metavar="5%", help="pass only if a slowdown this large can be ruled out"
)
@click.option(
    "--foreign",
    type=_Number(0),
    metavar="CORES",
    help="ignore rounds in which other programs used more than this many cores [default: 0.25]",
)
@click.option(
    "--steal",
    callback=_share,
    metavar="5%",
    help="ignore rounds in which the hypervisor took more than this share of CPU [default: 5%]",
)
@click.option("--envs", type=click.Path(path_type=Path), help="cache folder for the installed environments")
@click.option(
    "--budgets",
    type=click.Path(path_type=Path),
    help="check finished runs, given as WHAT, against the limits in this file; nothing is measured",
)
@click.option("--replay", type=click.Path(path_type=Path), help="judge this gate.json again; nothing is measured")
@click.option("--out", type=click.Path(path_type=Path), help="folder for the files [default: one in results]")
@click.option(
    "--formats",
    default="markdown,junit",
    show_default=True,
    help="files beside gate.json, with commas: markdown, html, terminal, junit, annotations, checks, and those "
    "for other programs; all of them: all",
)
@click.option(
    "--config", type=click.Path(path_type=Path), help="read options of the configuration from a TOML file"
)
@click.option("--quiet", is_flag=True, help="print only the verdict")
@lambda command: config_options(command, *SETTINGS)
def command(what: tuple[str, ...], **words: Any) -> None:
    """
    Tell whether a change made something slower.

    Base and candidate are compared over WHAT; the verdict is pass, improved, regressed, inconclusive or invalid.
    WHAT are scenarios, an application such as app.py:chain, or two files of pytest-benchmark.

    Exit codes: 0 pass; 1 regressed; 2 it cannot be done as asked, or something crashed; 3 inconclusive;
    4 invalid: nothing measured, a missing cell, a failed control, a disturbed machine; 130 interrupted.
    """
    from overlap.harness.gate.measure.command import main

    sys.exit(main(what, words))
