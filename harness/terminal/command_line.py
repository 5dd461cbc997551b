"""Shared by all commands: consoles, error messages, exit codes, and options made of a configuration's fields."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console

from overlap.harness.application.project_python import Interpreter
from overlap.harness.host import interrupt
from overlap.harness.host.secrets import line
from overlap.harness.model.config import RunConfig
from overlap.harness.model.options import default_of, options_of
from overlap.harness.text.mistakes import Mistake

FAULTY, USAGE, INTERRUPTED = 1, 2, interrupt.CODE
RESULTS = Path("results")


# Names are the user's: [x] and :tada: in them must not be read as markup by the library that prints them.
_PLAIN: dict[str, Any] = {"markup": False, "emoji": False, "highlight": False}


def console_out() -> Console:
    """Return the console for results, on stdout: as wide as the terminal, 100 columns without one."""
    console = Console(**_PLAIN)
    return console if console.is_terminal else Console(width=100, **_PLAIN)


def console_err() -> Console:
    """Return the console for progress, on stderr."""
    return Console(stderr=True, **_PLAIN)


def tell_interpreter(interpreter: Interpreter, *, quiet: bool) -> None:
    """Print on stderr under which Python an application is measured, if it is not Overlap's own."""
    if not interpreter.ours and not quiet:
        console_err().print(interpreter.sentence, soft_wrap=True)


LONGEST = 500


def warn(message: str) -> None:
    """Print *message* on stderr as one line of at most `LONGEST` characters, without secrets."""
    print(f"overlap: {line(message, LONGEST)}", file=sys.stderr, flush=True)


def fail(message: str) -> NoReturn:
    """Print *message* as `warn` does, and exit with code 2."""
    warn(message)
    sys.exit(USAGE)


@contextmanager
def ending(what: str = "measured") -> Iterator[None]:
    """End the command with one line on a `Mistake`, or on Ctrl-C, which comes before anything was *what*."""
    try:
        yield
    except Mistake as mistake:
        fail(str(mistake))
    except KeyboardInterrupt:
        warn(f"interrupted before anything was {what}")
        sys.exit(INTERRUPTED)


def run_folder(named: Path) -> Path:
    """
    Return the folder of the run *named*: a path, or a name in `results`, such as `latest`.

    >>> run_folder(Path("results/latest"))
    PosixPath('results/latest')
    """
    by_name = RESULTS / named
    return by_name if not named.exists() and len(named.parts) == 1 and by_name.exists() else named


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give *command* the option for the formats of its report; `formats_of` reads it."""
    about = "report formats, comma-separated: html, markdown, json, csv, parquet"
    return click.option("--format", "formats", metavar="A,B,…", help=about)(command)


def formats_of(words: str | None) -> list[str] | None:
    """Return the formats that *words* name, None for the default ones; raise `Mistake` for an unknown one."""
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
    """Give *command* an option for every field of the configuration, or for those of *names*."""
    for option in reversed([each for each in options_of(RunConfig) if not names or each.name in names]):
        default = default_of(option)
        default_text = f" [default: {default}]" if default not in (None, ()) else ""
        flag, about = f"--{option.name.replace('_', '-')}", option.metadata["help"] + default_text
        command = click.option(flag, option.name, metavar=_metavar(str(option.type)), help=about)(command)
    return command


def _metavar(kind: str) -> str:
    """Return the word for an option's value in the help text: it shows numbers, files and lists."""
    if "tuple" in kind:
        return "N,N,…" if "int" in kind else "A,B,…"
    return "N" if "int" in kind or "float" in kind else "PATH" if "Path" in kind else "TEXT"
