"""Lists the available runs, scenarios, strategies, clients, loops, profiles, formats and exports."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click
import orjson
from rich.table import Table

from overlap.harness import registry
from overlap.harness.host.input_files import checked
from overlap.harness.terminal.command_line import console_out, fail
from overlap.harness.text.choices import choices, quoted
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.one_line import one_line
from overlap.harness.worker.loops import LOOPS

Rows = Iterator[tuple[str, str]]
RESULTS = Path("results")

# Read as text by its name: the harness never imports the mock server.
FOLDERS = {
    "scenarios": "overlap.scenarios",
    "strategies": "overlap.harness.strategies",
    "clients": "overlap.harness.clients",
    "profiles": "overlap.mock_server.profiles",
    "formats": "overlap.harness.report.formats",
    "exports": "overlap.harness.report.exports",
}


@click.command("list")
@click.argument("what", nargs=-1)
@click.option("--results", type=click.Path(path_type=Path), help="where run folders are [default: results]")
def command(what: tuple[str, ...], results: Path | None) -> None:
    """
    List what there is: runs, scenarios, strategies and more.

    One of runs, scenarios, strategies, clients, loops, profiles, formats, exports; all of them by default.
    """
    kinds: dict[str, Callable[[], Rows]] = {
        "runs": partial(runs, results or RESULTS),
        "loops": lambda: ((name, "") for name in LOOPS),
        **{name: partial(entries, folder) for name, folder in FOLDERS.items()},
    }
    if unknown := [name for name in what if name not in kinds]:
        fail(f"no list of {quoted(unknown[0])}; {choices(unknown[0], kinds)}")
    if results and not results.is_dir():
        fail(f"there is no folder {results}")
    for name in what or kinds:
        table = Table(title=name, title_justify="left", box=None, show_header=False, title_style="bold")
        for row in kinds[name]():
            table.add_row(*map(one_line, row))
        console_out().print(table)


def entries(folder: str) -> Rows:
    """Yield each entry of a registry with the first line of its docstring; nothing is imported."""
    for name in registry.names(folder):
        yield name, registry.help_text(folder, name)


def runs(results: Path) -> Rows:
    """Yield each run in *results*, the newest first, with its state and size."""
    files = sorted(results.glob("*/run.json"), reverse=True)
    if not files:
        yield "none", f"there is no run in {results}" if results.is_dir() else f"there is no folder {results}"
    for file in files:
        if file.parent.is_symlink():
            continue
        try:
            about = orjson.loads(checked(file).read_bytes())
            yield file.parent.name, f"{about.get('state')}, {len(about.get('cells', ()))} cells"
        except (OSError, Mistake, ValueError, AttributeError):
            yield file.parent.name, "run.json cannot be read"
