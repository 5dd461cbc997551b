"""What words on the command line name."""

import pytest

from overlap.harness.application.spec import ApplicationReference, display_names, parse


@pytest.mark.parametrize(
    ("word", "place", "target"),
    [
        ("app.py:chain", "app.py", "chain"),
        ("src/app.py:Rag.chain", "src/app.py", "Rag.chain"),
        ("package.module:object", "package.module", "object"),
        ("my_scenario.py", "my_scenario.py", ""),
        ("below/my_scenario.py", "below/my_scenario.py", ""),
    ],
)
def test_a_word_names_a_place_and_an_object_in_it(word, place, target):
    """A colon stands between the two; a file alone is a scenario."""
    assert parse(word) == ApplicationReference(place, target)
    assert ApplicationReference(place, target).word == word


@pytest.mark.parametrize("word", ["strategies", "my_package.my_scenario"])
def test_names_of_scenarios_name_no_code(word):
    """They are looked up in the registry, or imported as plug-ins."""
    assert parse(word) is None


def test_titles_leave_out_folders_as_far_as_they_can_be_told_apart():
    """A folder's name may be a person's, and a slash would cut a cell's id in two."""
    words = ["/home/somebody/app.py:chain", "executor"]
    assert list(display_names(words).values()) == ["app.py:chain", "executor"]
    found = display_names(["a/app.py:chain", "b/app.py:chain", "b/app.py:other"])
    assert list(found.values()) == ["a.app.py:chain", "b.app.py:chain", "app.py:other"]
    assert not [title for title in found.values() if "/" in title]
