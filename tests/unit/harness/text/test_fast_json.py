"""JSON by either library: the same values, the same refusals."""

import json
from array import array
from dataclasses import dataclass

import pytest
from hypothesis import given, strategies

from overlap.harness.text import fast_json
from overlap.harness.text.fast_json import _plain_dumps, _plain_loads

VALUES = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers(-(2**63), 2**63 - 1)
    | strategies.floats(allow_nan=False, allow_infinity=False)
    | strategies.text(),
    lambda inner: strategies.lists(inner) | strategies.dictionaries(strategies.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_one_writes_the_other_reads(value):
    """Numbers to the last digit, texts of any letters."""
    assert _plain_loads(fast_json.dumps(value)) == value
    assert fast_json.loads(_plain_dumps(value)) == value


@dataclass(frozen=True)
class Times:
    """A record with an array, as a call has it."""

    chunks: "array[int]"
    name: str = "é"


def test_records_and_arrays_are_written_alike():
    """A record is an object; an array and a tuple are arrays."""
    value = {"calls": [Times(array("q", [1, 2**40]))], "pair": (1, None)}
    assert _plain_dumps(value) == fast_json.dumps(value)


@pytest.mark.parametrize("text", [b'{"a": NaN}', b'["\\ud800"]', b"[1,", b"", b'"\xff"', b"[1] 2"])
@pytest.mark.parametrize("loads", [fast_json.loads, _plain_loads])
def test_what_is_no_json_is_refused_by_both(loads, text):
    """Also what Python's own reader would take."""
    with pytest.raises(ValueError):  # noqa: PT011  each library has words of its own
        loads(text)


def test_a_pair_of_surrogates_is_a_letter():
    """Only half of one is none."""
    assert _plain_loads(b'"\\ud83d\\ude00"') == json.loads('"\\ud83d\\ude00"')
