"""Searches for the highest arrival rate at which enough calls keep an SLO."""

import sys
from typing import Any

import click
from rich.console import Console

from harness import slo_run
from harness.commands._outcome import told
from harness.commands._words import INTERRUPTED, config_options, fail
from harness.config import Mistake, config_from
from harness.progress import Bar
from harness.slo_search import Bounds

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
    Search for the highest rate of SCENARIOS (default: strategies), for each strategy that has an open loop.

    --slo ttft=0.5,e2e=2 are the limits; --arrivals poisson (the default), gamma,cv=3 or trace,file=… says how
    calls are spread, their rate is what is searched for. --duration is a slot's, --rounds how often is searched:
    the interval comes from these. Exit codes are those of bench.
    """
    given: dict[str, Any] = {key: value for key, value in flags.items() if value is not None}
    try:
        config = config_from({"arrivals": "poisson", "scenarios": scenarios or DEFAULT} | given)
        question = slo_run.asked(config, share, Bounds(least, most))
        with Bar(Console(stderr=True), quiet=quiet) as bar:
            outcome = slo_run.run(question, bar)
    except Mistake as mistake:
        fail(str(mistake))
    except KeyboardInterrupt:
        print("overlap: interrupted before anything was measured", file=sys.stderr)
        sys.exit(INTERRUPTED)
    sys.exit(told(outcome, quiet=quiet))
