"""Help texts: an option can be used from its line."""

from dataclasses import fields

import click
import pytest
from click.testing import CliRunner

from overlap.harness.cli import main
from overlap.harness.commands import bench, claims, compare, diagnose, gate, init, load, record, report, slo
from overlap.harness.model.config import RunConfig

COMMANDS = (bench, claims, compare, diagnose, gate, init, load, record, report, slo)


@pytest.mark.parametrize(
    ("option", "metavar"),
    [("concurrency", "N,N,…"), ("strategies", "A,B,…"), ("calls", "N"), ("inputs", "PATH"), ("profile", "TEXT")],
)
def test_the_word_for_an_options_value_says_whether_it_is_a_number_a_file_or_a_list(option, metavar):
    """With one word for all of them nobody could know that --concurrency takes a list."""
    assert option in {field.name for field in fields(RunConfig)}
    [parameter] = [each for each in bench.command.params if each.name == option]
    assert parameter.metavar == metavar


@pytest.mark.parametrize("module", COMMANDS, ids=lambda module: module.__name__.rpartition(".")[2])
def test_every_option_has_a_help_line(module):
    """An option without one can only be guessed."""
    bare = [each.name for each in module.command.params if isinstance(each, click.Option) and not each.help]
    assert bare == []


def test_no_summary_of_a_command_is_cut():
    """`overlap --help` on 80 columns cuts what is longer than its column; the first sentence has to fit."""
    shown = CliRunner().invoke(main, ["--help"], terminal_width=80).output
    assert "  claims " in shown
    assert "..." not in shown.partition("Commands:")[2]


def test_help_can_be_shown():
    """The whole help of bench, with its options in a column."""
    result = CliRunner().invoke(bench.command, ["--help"])
    assert result.exit_code == 0
    assert "--concurrency N,N,…" in result.output
