"""Checksums: whatever byte changes is noticed, and how JSON is laid out is not."""

import json

import orjson
from hypothesis import given
from hypothesis import strategies as st

from overlap.harness.store.checksums import digest, is_whole, line_is_whole, sealed, sealed_line

LINE = sealed_line(b'{"cell":"a/b","round":3}')


def test_every_flipped_bit_of_a_line_is_noticed():
    """In the record, in the checksum, and in between."""
    assert line_is_whole(LINE)
    for place in range(len(LINE) - 1):
        for bit in range(8):
            changed = bytearray(LINE)
            changed[place] ^= 1 << bit
            assert not line_is_whole(bytes(changed)), changed


def test_a_line_that_is_cut_or_has_no_checksum_is_not_whole():
    """What ends early ends without one."""
    assert not line_is_whole(b'{"cell":"a/b","round":3}\n')
    assert not any(line_is_whole(LINE[:end]) for end in range(len(LINE) - 1))


@given(st.dictionaries(st.text(), st.integers(-(2**53), 2**53) | st.text() | st.none() | st.lists(st.booleans())))
def test_json_laid_out_anew_is_as_whole_as_before(facts):
    """An editor that only indents has changed nothing; one that changes a value has."""
    said = json.loads(sealed(orjson.dumps(facts)))
    assert is_whole(json.loads(json.dumps(said, indent=7)))
    assert not is_whole({**said, "more": 1})
    assert not is_whole({key: value for key, value in said.items() if key != "sum"})


def test_what_json_has_no_word_for_is_read_back_whole():
    """NaN becomes null when it is written, and that is what the digest is of."""
    content = json.loads(sealed(orjson.dumps({"a": float("nan"), "b": (1, 2)})))
    assert is_whole(content)
    assert digest({"a": None, "b": [1, 2]}) == content["sum"]
