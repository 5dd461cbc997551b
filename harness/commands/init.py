"""Writes a commented scenario to start from."""

from pathlib import Path

import click

from overlap.harness.terminal.command_line import fail

TEMPLATE = Path(__file__).with_name("_scenario.py.j2")


@click.command("init")
@click.argument("file", type=click.Path(path_type=Path), default=Path("my_scenario.py"))
def command(file: Path) -> None:
    """
    Write a commented scenario to start from.

    It goes to FILE (default: my_scenario.py), and runs as it stands.

    Exit codes: 0 done; 2 it cannot be written, or there is one already.
    """
    if file.suffix != ".py":
        fail(f"a scenario is a Python file: {file}.py, not {file}")
    try:
        with file.open("x", encoding="utf-8") as new:
            new.write(TEMPLATE.read_text(encoding="utf-8").replace("FILE", str(file)))
    except FileExistsError:
        fail(f"{file} is there already, and stays as it is")
    except OSError as wrong:
        fail(f"cannot write {file}: {wrong.strerror}")
    print(f"{file} is written. Next: overlap bench {file}")
