"""Words on the command line become one configuration and one function; what comes back becomes an exit code."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from harness import bench as running
from harness.config import Mistake, RunConfig, config_from, default_of, options, read_toml
from harness.load.flags import flags as load_flags
from harness.progress import Bar

USAGE, UNBALANCED, INTERRUPTED = 2, 1, 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="overlap-bench", prog_name="overlap")
def main() -> None:
    """Measure how asynchronous LLM application code waits, and what the waiting costs."""
    # A CI runner ends a job with SIGTERM: that is to be as orderly as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _paper() -> Console:
    """Answer where results are shown: as wide as the terminal, 100 columns where there is none."""
    console = Console()
    return console if console.is_terminal else Console(width=100)


def _fail(message: str) -> NoReturn:
    """Say one line and exit with 2."""
    print(f"overlap: {message}", file=sys.stderr)
    sys.exit(USAGE)


def _config_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* a flag for every field of the configuration; lists are written with commas."""
    for option in reversed(options()):
        default = default_of(option)
        shown = f" [default: {default}]" if default not in (None, ()) else ""
        flag = f"--{option.name.replace('_', '-')}"
        command = click.option(flag, option.name, metavar="…", help=option.metadata["help"] + shown)(command)
    return command


@main.command()
@click.argument("scenarios", nargs=-1)
@click.option("--config", "file", type=click.Path(path_type=Path), help="read options from a TOML file")
@click.option("--quiet", is_flag=True, help="say nothing but what is wrong")
@_config_options
def bench(scenarios: tuple[str, ...], file: Path | None, *, quiet: bool, **flags: str | None) -> None:
    """
    Run SCENARIOS (default: the whole suite) and report on them.

    Exit codes: 0 done; 1 something is missing or does not balance, what was measured is kept; 2 it cannot be
    done as asked, nothing was started; 130 interrupted, what was measured is kept.
    """
    try:
        given: dict[str, Any] = read_toml(file) if file else {}
        given |= {key: value for key, value in flags.items() if value is not None}
        if scenarios:
            given["scenarios"] = scenarios
        config = config_from(given)
        outcome = _measure(config, quiet=quiet)
    except Mistake as mistake:
        _fail(str(mistake))
    except KeyboardInterrupt:
        print("overlap: interrupted before anything was measured", file=sys.stderr)
        sys.exit(INTERRUPTED)
    sys.exit(_tell(outcome, quiet=quiet))


def _measure(config: RunConfig, *, quiet: bool) -> running.Outcome:
    with Bar(Console(stderr=True), quiet=quiet) as bar:
        return running.run(config, bar)


def _tell(outcome: running.Outcome, *, quiet: bool) -> int:
    """Make the report and show it; answer the exit code."""
    from harness.report import build

    build.write(outcome.folder)
    if not quiet:
        build.tell(outcome.folder, _paper())
    for fault in outcome.faults:
        print(f"overlap: {fault}", file=sys.stderr)
    if outcome.state == "interrupted":
        return INTERRUPTED
    return UNBALANCED if outcome.faults else 0


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("results/latest"))
def report(folder: Path) -> None:
    """Make the report of a run again from its FOLDER (default: the latest)."""
    from harness.report import build
    from harness.store import Unreadable

    try:
        build.write(folder)
        build.tell(folder, _paper())
    except Unreadable as wrong:
        _fail(str(wrong))


@main.command()
@click.option("--quiet", is_flag=True, help="say nothing but what is wrong")
@load_flags
def load(*, quiet: bool, **words: Any) -> None:
    """
    Put users on the example service: with --time headless, without it from Locust's page.

    Exit codes: 0 the SLO is met, or there is none and the run is whole; 1 it is missed, or the run is not whole;
    2 it cannot be done as asked; 130 interrupted, what was measured is kept.
    """
    from harness.load.command import main as carry_out

    sys.exit(carry_out(words, quiet=quiet))


@main.command()
@click.argument("names", nargs=-1, metavar="[C3 C13 …]")
@click.option(
    "--with", "versions", multiple=True, metavar="NAME==VERSION", help="run on other versions; repeatable"
)
@click.option("--compare", "pair", nargs=2, type=click.Path(path_type=Path), help="lay two ledgers side by side")
@click.option("--results", type=click.Path(path_type=Path), default=Path("results"), help="where run folders go")
@click.option("--record", is_flag=True, help="put the verdicts on file, as what later ones are held against")
@click.option("--quiet", is_flag=True, help="say nothing but what is wrong")
def claims(names: tuple[str, ...], **asked: Any) -> None:
    """
    Measure what tutorials claim about LangChain's async execution (default: all claims), and judge it.

    Exit codes: 0 the verdicts are the recorded ones; 1 an experiment failed; 2 it cannot be done as asked; 3 a
    verdict differs from the recorded one, or between two ledgers; 130 interrupted.
    """
    from harness.claims.command import Asked, carry_out

    try:
        sys.exit(carry_out(Asked(names, **asked), _paper()))
    except Mistake as mistake:
        _fail(str(mistake))
    except KeyboardInterrupt:
        print("overlap: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def serve(words: tuple[str, ...]) -> None:
    """Run the mock server alone; `overlap serve --help` lists its options."""
    # Handed over and not called: harness and mock_server never import each other.
    os.execv(sys.executable, [sys.executable, "-m", "mock_server", *words])


def scenario(file: str) -> None:
    """Run the scenario in *file* alone: what `python -m scenarios.<name>` does, with the flags of `bench`."""
    main(["bench", Path(file).stem, *sys.argv[1:]], prog_name="overlap")


if __name__ == "__main__":
    main()
