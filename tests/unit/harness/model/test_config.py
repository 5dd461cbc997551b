"""The configuration: one record of flags or TOML, with every mistake in one line."""

from dataclasses import fields
from pathlib import Path

import pytest

from overlap.harness.host.input_files import read_toml
from overlap.harness.model.config import RunConfig, config_from
from overlap.harness.model.options import options_of
from overlap.harness.text.mistakes import Mistake


def test_words_are_converted_by_the_type_of_their_field():
    """A flag is a string; the configuration has tuples, numbers and paths."""
    config = config_from({"concurrency": "1,16", "strategies": "gather, abatch", "rounds": "3", "results": "out"})
    assert config.concurrency == (1, 16)
    assert config.strategies == ("gather", "abatch")
    assert config.rounds == 3
    assert config.results == Path("out")


def test_a_toml_file_says_the_same_as_flags(tmp_path):
    """Lists may be lists, and - and _ in keys are the same."""
    file = tmp_path / "run.toml"
    file.write_text('concurrency = [1, 16]\nstrategies = "gather"\nslot-timeout = 5\n')
    assert config_from(read_toml(file)) == config_from(
        {"concurrency": "1,16", "strategies": "gather", "slot_timeout": "5"}
    )


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"concurency": "1"}, "concurency"),
        ({"concurrency": "many"}, "concurrency"),
        ({"concurrency": "0"}, "concurrency"),
        ({"concurrency": "100000"}, "concurrency"),
        ({"rounds": "0"}, "rounds"),
        ({"rounds": "1.5"}, "rounds"),
        ({"calls": "-3"}, "calls"),
        ({"timeout": "0"}, "timeout"),
        ({"timeout": "nan"}, "timeout"),
        ({"slot_timeout": "-1"}, "slot_timeout"),
        ({"executor": "0"}, "executor"),
        ({"max_retries": "-1"}, "max_retries"),
        ({"name": "../elsewhere"}, "name"),
        ({"calls": True}, "calls"),
        ({"api_key_env": "MY_KEY"}, "base_url"),
    ],
)
def test_a_value_no_run_could_mean_is_refused_by_name(given, named):
    """One line names the option; nothing has been started."""
    with pytest.raises(Mistake, match=named) as refused:
        config_from(given)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [None, "rounds = = 3"])
def test_a_file_that_cannot_be_read_is_a_mistake(tmp_path, content):
    """A missing file and one that is no TOML are named alike."""
    file = tmp_path / "run.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(Mistake, match="cannot read"):
        read_toml(file)


def test_every_option_has_a_help_text():
    """Flags are derived from the fields; one without a help text could not be explained."""
    assert {each.name for each in fields(RunConfig)} - {each.name for each in options_of(RunConfig)} == {
        "scenarios"
    }
    assert all(each.metadata["help"] for each in options_of(RunConfig))
    assert RunConfig().seed == 7
