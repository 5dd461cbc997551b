"""What the commands have in common: where they speak, how they fail, flags made of a configuration's fields."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from overlap.harness.host import interrupt
from overlap.harness.host.secrets import line
from overlap.harness.model.config import RunConfig
from overlap.harness.model.options import default_of, options_of
from overlap.harness.text.mistakes import Mistake

FAULTY, USAGE, INTERRUPTED = 1, 2, interrupt.CODE
RESULTS = Path("results")


# Names come from outside: [x] and :tada: in them are no commands to the library that prints them.
_PLAIN: dict[str, Any] = {"markup": False, "emoji": False, "highlight": False}


def console_out() -> Console:
    """Return where results are shown: as wide as the terminal, 100 columns where there is none."""
    console = Console(**_PLAIN)
    return console if console.is_terminal else Console(width=100, **_PLAIN)


def console_err() -> Console:
    """Return where it is shown how far a command is: standard error."""
    return Console(stderr=True, **_PLAIN)


LONGEST = 500


def warn(message: str) -> None:
    """Say what is wrong in one line on stderr, of a length that can be read, without secrets."""
    print(f"overlap: {line(message, LONGEST)}", file=sys.stderr, flush=True)


def fail(message: str) -> NoReturn:
    """Say one line and exit with 2."""
    warn(message)
    sys.exit(USAGE)


@contextmanager
def ending(what: str = "measured") -> Iterator[None]:
    """End the command with one line for a `Mistake`, or where it is interrupted before anything was *what*."""
    try:
        yield
    except Mistake as mistake:
        fail(str(mistake))
    except KeyboardInterrupt:
        warn(f"interrupted before anything was {what}")
        sys.exit(INTERRUPTED)


def run_folder(named: Path) -> Path:
    """
    Return the folder of the run that is *named*: by its path, or by its name in `results`, `latest` among them.

    >>> run_folder(Path("results/latest"))
    PosixPath('results/latest')
    """
    by_name = RESULTS / named
    return by_name if not named.exists() and len(named.parts) == 1 and by_name.exists() else named


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the flag that limits what its report is written as; `formats_of` reads it."""
    about = "write the report only as these, with commas: html, markdown, json, csv, parquet"
    return click.option("--format", "formats", metavar="…", help=about)(command)


def formats_of(words: str | None) -> list[str] | None:
    """Return the formats that *words* name, None for those made unasked; raises `Mistake` for an unknown one."""
    if not words:
        return None
    from overlap.harness.report import build

    formats = words.split(",")
    try:
        build.check(formats)
    except LookupError as unknown:
        raise Mistake(str(unknown)) from None
    return formats


def config_options(command: Callable[..., Any], *names: str) -> Callable[..., Any]:
    """Give *command* a flag for every field of the configuration, or those of *names*; lists have commas."""
    for option in reversed([each for each in options_of(RunConfig) if not names or each.name in names]):
        default = default_of(option)
        shown = f" [default: {default}]" if default not in (None, ()) else ""
        flag = f"--{option.name.replace('_', '-')}"
        command = click.option(flag, option.name, metavar="…", help=option.metadata["help"] + shown)(command)
    return command
