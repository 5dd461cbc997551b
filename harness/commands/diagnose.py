"""Tells what to change in an application, by changing one thing at a time and measuring what it buys."""

import sys
from pathlib import Path
from time import localtime, strftime
from typing import Any

import click
from rich.console import Console

from harness.commands._words import INTERRUPTED, fail, paper, warn
from harness.config import Mistake, default_executor
from harness.diagnose.config import PROFILE, TOKENS, Asked
from harness.progress import Bar


@click.command("diagnose")
@click.argument("target", metavar="APP")
@click.option("--inputs", type=click.Path(path_type=Path), help="what the application is asked, one a line")
@click.option("--strategy", help="how calls are made (default: the first the application has the method for)")
@click.option("--concurrency", type=int, default=16, show_default=True, help="calls in flight")
@click.option("--calls", type=int, default=32, show_default=True, help="calls a slot")
@click.option("--rounds", type=int, default=5, show_default=True, help="how often each intervention is measured")
@click.option("--profile", default=PROFILE, show_default=True, help="the mock's latency")
@click.option("--tokens", type=int, default=TOKENS, show_default=True, help="output tokens of each answer")
@click.option("--fault", multiple=True, help="a fault of the mock, as in status,code=429,rate=0.1; repeatable")
@click.option("--env", multiple=True, metavar="NAME", help="environment variable that APP needs; repeatable")
@click.option("--only", multiple=True, metavar="NAME", help="try this intervention only; repeatable")
@click.option(
    "--executor", type=int, default=default_executor(), show_default=True, help="default executor's threads"
)
@click.option("--seed", type=int, default=7, show_default=True, help="seed of prompts, latencies and orders")
@click.option("--slot-timeout", type=float, default=60.0, show_default=True, help="seconds a slot may take")
@click.option("--results", type=click.Path(path_type=Path), default=Path("results"), help="where run folders go")
@click.option("--quiet", is_flag=True, help="say nothing but what is wrong")
@click.option("--json", "as_json", is_flag=True, help="print diagnosis.json instead of tables")
def command(*, quiet: bool, as_json: bool, **asked: Any) -> None:
    """
    Tell what to change in APP (`app.py:chain`, `package.module:object`), and what each change buys.

    Exit codes: 0 done; 1 something is missing, what was measured is kept; 2 it cannot be done as asked; 130
    interrupted, what was measured is kept.
    """
    try:
        code = _carry_out(Asked(**asked), quiet=quiet, as_json=as_json)
    except Mistake as mistake:
        fail(str(mistake))
    except KeyboardInterrupt:
        print("overlap: interrupted before anything was measured", file=sys.stderr)
        sys.exit(INTERRUPTED)
    sys.exit(code)


def _carry_out(asked: Asked, *, quiet: bool, as_json: bool) -> int:
    from harness.diagnose import telling
    from harness.diagnose.run import Lab, carry_out
    from harness.folder import fresh

    began = strftime("%Y-%m-%dT%H:%M:%S%z", localtime())
    with Lab(asked) as lab, Bar(Console(stderr=True), quiet=quiet or as_json) as bar:
        made = carry_out(asked, lab, bar)
    folder = fresh(asked.results, "diagnosis")
    found, report = telling.write(folder, made, began)
    if as_json:
        print((folder / telling.FILE).read_text(encoding="utf-8"))
    elif not quiet:
        console = paper()
        telling.tell(report, console)
        console.print(f"\n{folder / 'report.html'}", highlight=False, soft_wrap=True)
    for fault in found.faults:
        warn(fault)
    return found.exit_code
