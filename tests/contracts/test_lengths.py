"""What every length owes: a whole number of tokens, the same for a seed, under the server's own bounds."""

import random

import pytest

from overlap.mock_server.behaviour.behaviour import LENGTHS, LONGEST, behaviour
from overlap.mock_server.options import registry

pytestmark = pytest.mark.parametrize("name", registry.names(LENGTHS))


def test_it_is_a_whole_number_and_the_same_for_a_seed(name):
    """Call 17 is as long under every strategy."""
    length = registry.load(LENGTHS, name).length
    drawn = [length(random.Random(seed)) for seed in range(50)]
    assert all(isinstance(one, int) for one in drawn)
    assert drawn == [length(random.Random(seed)) for seed in range(50)]


def test_a_server_bounds_it(name):
    """However long its tail: no answer is empty, and none is endless."""
    how = behaviour("instant", name, "0", 1)
    assert all(1 <= how.length(str(key)) <= LONGEST for key in range(200))
    assert [how.length(str(key)) for key in range(20)] == [how.length(str(key)) for key in range(20)]


def test_it_says_what_it_is_in_one_line(name):
    """The docstring's first line is the help that `--help` prints."""
    assert registry.help_text(LENGTHS, name).endswith(".")
