"""What every latency profile owes: an offset per token, none negative, none going back, the same for a seed."""

import random
from typing import Any

import pytest

from overlap.mock_server.options import registry, settings
from overlap.mock_server.timing.schedule import Schedule

FOLDER = "overlap.mock_server.profiles"
NAMES = registry.names(FOLDER)

pytestmark = pytest.mark.parametrize("name", NAMES)


def offsets(name: str, seed: object, tokens: int, **words: Any) -> list[float]:
    """Return what the profile draws from a fresh generator."""
    return list(registry.load(FOLDER, name).offsets(random.Random(str(seed)), tokens, **words))


@pytest.mark.parametrize("tokens", [1, 2, 50, 1000])
def test_there_is_an_offset_for_each_token(name, tokens):
    """A token without a due time would never be sent."""
    assert len(offsets(name, 1, tokens)) == tokens


def test_offsets_are_not_negative_and_never_go_back(name):
    """Nothing is due before the request came, and no token before the one ahead of it."""
    for seed in range(20):
        due = offsets(name, seed, 200)
        assert due[0] >= 0, seed
        assert due == sorted(due), seed


def test_the_same_seed_gives_the_same_offsets(name):
    """Two arms of a comparison meet the same latencies."""
    assert offsets(name, 7, 50) == offsets(name, 7, 50)


def test_the_first_token_does_not_depend_on_how_many_follow(name):
    """A longer answer to the same call is the same answer, with more to come."""
    assert offsets(name, 3, 5)[0] == offsets(name, 3, 500)[0]


def test_settings_are_numbers_or_words_with_a_default(name):
    """Every setting can be left out, and be spelled on the command line."""
    chosen = settings.chosen(FOLDER, name, "offsets", given=2)
    for default in settings.defaults(chosen.function, given=2).values():
        assert isinstance(default, int | float | str)


@pytest.mark.parametrize("extreme", [0.0, 3600.0])
def test_every_number_a_setting_may_have_makes_a_schedule(name, extreme):
    """The smallest and the largest number allowed are no reason to fail while serving."""
    call = registry.load(FOLDER, name).offsets
    numbers = {
        key: type(d)(extreme) for key, d in settings.defaults(call, given=2).items() if not isinstance(d, str)
    }
    due = Schedule(call, numbers, seed=1).due("a", 20)
    assert len(due) == 20
    assert list(due) == sorted(due)


def test_it_says_what_it_is_in_one_line(name):
    """The docstring's first line is the help that `--help` prints."""
    assert registry.help_text(FOLDER, name).endswith(".")
