"""Searches for the highest arrival rate at which enough calls keep an SLO."""

import sys
from typing import Any

import click

from overlap.harness.application.project_python import interpreter_of
from overlap.harness.bench import slo_run
from overlap.harness.bench.slo_search import Bounds
from overlap.harness.commands._outcome import report_outcome
from overlap.harness.model.config import config_from
from overlap.harness.terminal.command_line import config_options, console_err, ending, tell_interpreter
from overlap.harness.terminal.progress import ProgressBar

BOUNDS = Bounds()
DEFAULT = ("strategies",)


@click.command("slo")
@click.argument("scenarios", nargs=-1)
@click.option("--share", type=float, default=0.99, show_default=True, help="share of calls that must keep the SLO")
@click.option(
    "--least", type=float, default=BOUNDS.least, show_default=True, help="lowest rate to try, in calls per second"
)
@click.option(
    "--most", type=float, default=BOUNDS.most, show_default=True, help="highest rate to try, in calls per second"
)
@click.option("--quiet", is_flag=True, help="print only warnings and errors")
@config_options
def command(
    scenarios: tuple[str, ...], *, share: float, least: float, most: float, quiet: bool, **flags: str | None
) -> None:
    """
    Find the highest request rate that each strategy holds.

    It is searched for SCENARIOS (default: strategies), with calls that start at given times (an open loop).

    --slo ttft=0.5,e2e=2 are the limits; --arrivals poisson (the default), gamma,cv=3 or trace,file=… says how
    calls are spread. Brief measurements find roughly where the rate lies. Long ones, one in each of --rounds (3),
    then confirm it: enough calls keep the limits, and latency does not grow. These last 20 s or longer, depending
    on the limits and the share; --duration sets their length. A search usually takes 4 to 8 minutes a strategy.
    Exit codes are those of bench.
    """
    options: dict[str, Any] = {key: value for key, value in flags.items() if value is not None}
    with ending():
        config = config_from({"arrivals": "poisson", "scenarios": scenarios or DEFAULT} | options)
        question = slo_run.question_of(config, share, Bounds(least, most))
        tell_interpreter(interpreter_of(config.scenarios, config.python), quiet=quiet)
        with ProgressBar(console_err(), quiet=quiet) as bar:
            outcome = slo_run.run(question, bar)
    sys.exit(report_outcome(outcome, quiet=quiet))
