"""Secrets in what an application says."""

import pytest

from harness.masking import masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("key sk-proj-0123456789abcdef is wrong", "key [secret] is wrong"),
        ("Authorization: Basic abc.def-123", "Authorization: Basic [secret]"),
        ("sent Bearer abcdef123", "sent Bearer [secret]"),
        ("api_key='hushhush'", "api_key='[secret]'"),
        ("the password is mellon77 here", "the password is [secret] here"),
        ("a token is a part of a word", "a token is a part of a word"),
        ("KeyError: 'question'", "KeyError: 'question'"),
    ],
)
def test_what_looks_like_a_key_or_is_one_is_taken_out(text, expected):
    """By its shape, by the word before it, or because it was passed on; the rest is left."""
    assert masked(text, ["mellon77", "is"]) == expected
