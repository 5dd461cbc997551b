"""How far two names are apart, against the plain definition; and what is offered for a slip of the finger."""

from functools import cache
from itertools import product

import orjson
import pytest

from overlap.mock_server.wire.common import spelling

SHORT = ["".join(letters) for length in range(5) for letters in product("ab", repeat=length)]
KNOWN = ("store", "stop", "stream", "seed")


@cache
def plain(one, other):
    """The definition: the last letters are equal, or one is put in, taken out or changed."""
    if not one or not other:
        return len(one) + len(other)
    if one[-1] == other[-1]:
        return plain(one[:-1], other[:-1])
    return 1 + min(plain(one[:-1], other), plain(one, other[:-1]), plain(one[:-1], other[:-1]))


@pytest.mark.parametrize("most", [0, 1, 2, 3])
def test_a_distance_is_the_plain_one_and_none_beyond_what_is_asked_for(most):
    """Giving up early changes no answer: all words of two letters up to four of them, each with each."""
    for one, other in product(SHORT, SHORT):
        expected = plain(one, other)
        assert spelling.distance(one, other, most) == (expected if expected <= most else None)


@pytest.mark.parametrize(
    ("name", "offered"),
    [
        ("stor", " Did you mean 'stop' or 'store'?"),
        ("strea", " Did you mean 'stream' or 'store'?"),
        ("sed", " Did you mean 'seed'?"),
        ("temperature", ""),
        ("s" * 65, ""),
    ],
)
def test_the_nearest_names_are_offered_by_distance_and_then_by_letter(name, offered):
    """Two letters at most are a slip of the finger, two names at most an offer."""
    refused = spelling.unknown("", name, KNOWN, ())
    assert orjson.loads(refused.body)["error"]["message"] == f"Unknown parameter: '{name}'.{offered}"
