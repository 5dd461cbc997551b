"""Searches for the highest arrival rate at which enough calls keep an SLO."""

import sys
from typing import Any

import click

from overlap.harness.bench import slo_run
from overlap.harness.bench.slo_search import Bounds
from overlap.harness.commands._outcome import report_outcome
from overlap.harness.model.config import config_from
from overlap.harness.terminal.command_line import config_options, console_err, ending
from overlap.harness.terminal.progress import ProgressBar

BOUNDS = Bounds()
DEFAULT = ("strategies",)


@click.command("slo")
@click.argument("scenarios", nargs=-1)
@click.option("--share", type=float, default=0.99, show_default=True, help="share of calls that must keep the SLO")
@click.option("--least", type=float, default=BOUNDS.least, show_default=True, help="lowest rate that is tried")
@click.option("--most", type=float, default=BOUNDS.most, show_default=True, help="highest rate that is tried")
@click.option("--quiet", is_flag=True, help="say nothing but what is wrong")
@config_options
def command(
    scenarios: tuple[str, ...], *, share: float, least: float, most: float, quiet: bool, **flags: str | None
) -> None:
    """
    Search for the highest rate that SCENARIOS (default: strategies) hold, for each strategy with an open loop.

    --slo ttft=0.5,e2e=2 are the limits; --arrivals poisson (the default), gamma,cv=3 or trace,file=… says how
    calls are spread. Brief slots find about where the rate lies. Long slots, one in each of --rounds (3), then
    have to show it: enough calls keep the limits, and latency does not grow. They last 20 s or longer, as the
    limits and the share take; --duration sets it. A search usually takes 4 to 8 minutes a strategy. Exit codes are
    those of bench.
    """
    given: dict[str, Any] = {key: value for key, value in flags.items() if value is not None}
    with ending():
        config = config_from({"arrivals": "poisson", "scenarios": scenarios or DEFAULT} | given)
        question = slo_run.question_of(config, share, Bounds(least, most))
        with ProgressBar(console_err(), quiet=quiet) as bar:
            outcome = slo_run.run(question, bar)
    sys.exit(report_outcome(outcome, quiet=quiet))
