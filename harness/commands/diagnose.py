"""Finds what makes an application slow, by changing one thing at a time and measuring the gain."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from overlap.harness.diagnose.config import PROFILE, TOKENS, DiagnosisRequest
from overlap.harness.host import interrupt
from overlap.harness.host.timestamps import timestamp
from overlap.harness.model.config import RunConfig, default_executor
from overlap.harness.model.options import help_of
from overlap.harness.store.ledger import begun, fresh
from overlap.harness.store.run_files import Unwritten
from overlap.harness.terminal.command_line import (
    FAULTY,
    INTERRUPTED,
    console_err,
    console_out,
    ending,
    tell_interpreter,
    warn,
)
from overlap.harness.terminal.progress import ProgressBar


@click.command("diagnose")
@click.argument("target", metavar="APP")
@click.option(
    "--inputs",
    type=click.Path(path_type=Path),
    help="inputs for the application: .jsonl, a .json array, or one text a line",
)
@click.option("--strategy", help="gather, batch, … (default: the first that your application supports)")
@click.option("--concurrency", type=int, default=16, show_default=True, help="calls at once")
@click.option("--calls", type=int, default=32, show_default=True, help="calls per measurement")
@click.option("--rounds", type=int, default=5, show_default=True, help="how often each intervention is measured")
@click.option("--profile", default=PROFILE, show_default=True, help="the mock's latency")
@click.option("--tokens", type=int, default=TOKENS, show_default=True, help="output tokens of each answer")
@click.option("--fault", multiple=True, help="a fault of the mock, as in status,code=429,rate=0.1; repeatable")
@click.option("--env", multiple=True, metavar="NAME", help="environment variable that APP needs; repeatable")
@click.option("--python", metavar="TEXT", help=help_of(RunConfig, "python"))
@click.option("--allow", multiple=True, metavar="HOST", help="host that APP may reach, too; repeatable")
@click.option("--only", multiple=True, metavar="NAME", help="try this intervention only; repeatable")
@click.option(
    "--executor", type=int, default=default_executor(), show_default=True, help="default executor's threads"
)
@click.option("--seed", type=int, default=7, show_default=True, help="random seed of prompts, delays and order")
@click.option(
    "--slot-timeout",
    type=float,
    default=60.0,
    show_default=True,
    help="abort a measurement after this many seconds",
)
@click.option("--results", type=click.Path(path_type=Path), default=Path("results"), help="where run folders go")
@click.option("--quiet", is_flag=True, help="print only warnings and errors")
@click.option("--json", "as_json", is_flag=True, help="print diagnosis.json instead of tables")
def command(*, quiet: bool, as_json: bool, **options: Any) -> None:
    """
    Find what makes APP slow, and what each change gains.

    APP is `app.py:chain` or `package.module:object`. Exit codes: 0 done; 1 incomplete, what was measured is kept;
    2 it cannot be done as asked; 130 interrupted, what was measured is kept.
    """
    with ending():
        code = _carry_out(DiagnosisRequest(**options), quiet=quiet, as_json=as_json)
    sys.exit(code)


def _carry_out(request: DiagnosisRequest, *, quiet: bool, as_json: bool) -> int:
    from overlap.harness.diagnose import report as telling
    from overlap.harness.diagnose.catalogue import interventions
    from overlap.harness.diagnose.run import Lab, carry_out
    from overlap.harness.report import pages

    interventions(request.only)  # an unknown name ends the command before anything is started
    began = timestamp()
    with interrupt.held():
        with ExitStack() as stack:
            with interrupt.listening():
                lab = stack.enter_context(Lab(request))
            tell_interpreter(lab.interpreter, quiet=quiet or as_json)
            folder = fresh(request.results, "diagnosis")
            stack.enter_context(begun(folder))
            bar = stack.enter_context(ProgressBar(console_err(), quiet=quiet or as_json))
            result = carry_out(request, lab, bar, lambda state: telling.keep(folder, state, began))
        try:
            diagnosis, report = telling.write(folder, result, began)
        except (OSError, Unwritten) as full:
            why = full.why if isinstance(full, Unwritten) else f"its report cannot be written: {full.strerror}"
            warn(f"{result.fault or why}; what there was room for is in {folder}")
            return FAULTY
    if as_json:
        print((folder / telling.FILE).read_text(encoding="utf-8"))
    elif not quiet:
        console = console_out()
        pages.show(report, console)
        console.print(f"\n{folder / 'report.html'}", highlight=False, soft_wrap=True)
    for fault in diagnosis.faults:
        warn(fault)
    if not interrupt.came():
        return diagnosis.exit_code
    late = "" if result.state == "interrupted" else ", when all was measured"
    warn(f"{interrupt.reason()}{late}; what was measured is kept: {folder}")
    return INTERRUPTED
