"""What commands print of names that come from outside is the names: no markup, no emoji, no command."""

from io import StringIO

import pytest
from click.testing import CliRunner
from rich.console import Console

from overlap.harness.bench.rounds import RunProgress as Step
from overlap.harness.cli import main
from overlap.harness.terminal.command_line import console_err, console_out
from overlap.harness.terminal.progress import ProgressBar

NAMES = ["run[/x]", "[red]run[/red]", "run:tada:", "run\x1b[31m"]


@pytest.mark.parametrize("name", NAMES)
def test_a_run_is_listed_by_its_name(name, tmp_path):
    """A part of it in brackets was taken for a colour."""
    name = name.replace("/", "")
    (tmp_path / name).mkdir()
    (tmp_path / name / "run.json").write_text('{"state": "finished", "cells": []}')
    done = CliRunner().invoke(main, ["list", "runs", "--results", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert name.replace("\x1b", " ") in done.output
    assert "\x1b" not in done.output


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("terminal", [True, False])
def test_a_cell_is_shown_by_its_name_while_it_is_measured(name, terminal):
    """On a terminal, where a bar is drawn, and in a log; [/x] ended the run with an error of what draws it."""
    out = StringIO()
    console = Console(file=out, force_terminal=terminal, width=100, no_color=True, force_jupyter=False)
    with ProgressBar(console) as bar:
        bar(Step(0, 2, name, 1, None))
    assert name.replace("\x1b", " ") in out.getvalue()


@pytest.mark.parametrize("where", [console_out, console_err])
def test_the_papers_that_commands_write_on_know_no_markup(where, capsys):
    """Whatever they are given is text."""
    where().print("[/x] [red]a[/red] :tada:")
    assert "[/x] [red]a[/red] :tada:" in "".join(capsys.readouterr())
