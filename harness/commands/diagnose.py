"""Tells what to change in an application, by changing one thing at a time and measuring what it buys."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from overlap.harness.diagnose.config import PROFILE, TOKENS, DiagnosisRequest
from overlap.harness.host import interrupt
from overlap.harness.host.timestamps import timestamp
from overlap.harness.model.config import default_executor
from overlap.harness.store.ledger import begun, fresh
from overlap.harness.store.run_files import Unwritten
from overlap.harness.terminal.command_line import FAULTY, INTERRUPTED, console_err, console_out, ending, warn
from overlap.harness.terminal.progress import ProgressBar


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
    with ending():
        code = _carry_out(DiagnosisRequest(**asked), quiet=quiet, as_json=as_json)
    sys.exit(code)


def _carry_out(asked: DiagnosisRequest, *, quiet: bool, as_json: bool) -> int:
    from overlap.harness.diagnose import report as telling
    from overlap.harness.diagnose.catalogue import interventions
    from overlap.harness.diagnose.run import Lab, carry_out
    from overlap.harness.report import pages

    interventions(asked.only)  # a name that is not there is told before anything is started
    began = timestamp()
    with interrupt.held():
        with ExitStack() as stack:
            with interrupt.listening():
                lab = stack.enter_context(Lab(asked))
            folder = fresh(asked.results, "diagnosis")
            stack.enter_context(begun(folder))
            bar = stack.enter_context(ProgressBar(console_err(), quiet=quiet or as_json))
            made = carry_out(asked, lab, bar, lambda made: telling.keep(folder, made, began))
        try:
            found, report = telling.write(folder, made, began)
        except (OSError, Unwritten) as full:
            why = full.why if isinstance(full, Unwritten) else f"its report cannot be written: {full.strerror}"
            warn(f"{made.fault or why}; what there was room for is in {folder}")
            return FAULTY
    if as_json:
        print((folder / telling.FILE).read_text(encoding="utf-8"))
    elif not quiet:
        console = console_out()
        pages.show(report, console)
        console.print(f"\n{folder / 'report.html'}", highlight=False, soft_wrap=True)
    for fault in found.faults:
        warn(fault)
    if not interrupt.came():
        return found.exit_code
    late = "" if made.state == "interrupted" else ", when all was measured"
    warn(f"{interrupt.reason()}{late}; what was measured is kept: {folder}")
    return INTERRUPTED
