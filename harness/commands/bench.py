"""Runs scenarios and reports on them."""

import sys
from pathlib import Path
from typing import Any

import click

from overlap.harness.application.project_python import interpreter_of
from overlap.harness.bench import run
from overlap.harness.bench.stage import RunOutcome
from overlap.harness.commands._agree import agree
from overlap.harness.commands._outcome import report_outcome
from overlap.harness.host.input_files import read_toml
from overlap.harness.model.config import RunConfig, config_from
from overlap.harness.terminal.command_line import (
    config_options,
    console_err,
    ending,
    format_option,
    formats_of,
    tell_interpreter,
)
from overlap.harness.terminal.progress import ProgressBar


@click.command("bench")
@click.argument("scenarios", nargs=-1)
@click.option("--config", "file", type=click.Path(path_type=Path), help="read options from a TOML file")
@click.option("--quiet", is_flag=True, help="print only warnings and errors")
@click.option("--yes", is_flag=True, help="do not ask before a real endpoint is sent anything")
@click.option("--json", "as_json", is_flag=True, help="print summary.json instead of tables")
@format_option
@config_options
def command(  # noqa: PLR0913  a flag each
    scenarios: tuple[str, ...],
    file: Path | None,
    *,
    quiet: bool,
    as_json: bool,
    yes: bool,
    formats: str | None,
    **flags: str | None,
) -> None:
    """
    Run SCENARIOS (default: the whole suite) and report on them.

    Each is a name that `overlap list scenarios` shows, a file of your own (`overlap init` writes one), or your
    application: app.py:chain, package.module:object. An application is a function, an object with some of invoke,
    ainvoke, batch, abatch, stream, astream, or an agent, engine or program of a framework that has methods such
    as run, query or kickoff. It gets the mock's address by OPENAI_BASE_URL, and its inputs from --inputs. If it
    has to be made, name what makes it: a function or context manager, async or not, that takes `endpoint` or
    nothing.

    Exit codes: 0 done; 1 incomplete: some measurements failed or calls are unaccounted for, the rest is kept;
    2 it cannot be done as asked, nothing was started; 130 interrupted, what was measured is kept.
    """
    with ending():
        options: dict[str, Any] = read_toml(file) if file else {}
        options |= {key: value for key, value in flags.items() if value is not None}
        if scenarios:
            options["scenarios"] = scenarios
        wanted = formats_of(formats)
        outcome = _measure(config_from(options), quiet=quiet or as_json, yes=yes)
    sys.exit(report_outcome(outcome, quiet=quiet, as_json=as_json, formats=wanted))


def _measure(config: RunConfig, *, quiet: bool, yes: bool) -> RunOutcome:
    tell_interpreter(interpreter_of(config.scenarios, config.python), quiet=quiet)
    with ProgressBar(console_err(), quiet=quiet) as bar:
        return run.run(config, bar, lambda ask: agree(ask, yes=yes))
