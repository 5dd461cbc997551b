"""Bugs of a locustfile are told by kind and place."""

from overlap.harness.load.bugs import Bugs


def _raised(message):
    try:
        {}[message]
    except KeyError as error:
        return error


def test_a_bug_is_told_by_its_place_in_the_locustfile_and_counted():
    """The innermost line of the file itself, not one of a library that it has called."""
    bugs = Bugs(__file__)
    for number in range(3):
        error = _raised(f"number {number}")
        bugs.note(object(), error, error.__traceback__)
    [(where, times, message)] = bugs.take()
    assert where.startswith("KeyError in _raised (test_load_bugs.py, line ")
    assert (times, message) == (3, "'number 0'")
    assert bugs.take() == []
