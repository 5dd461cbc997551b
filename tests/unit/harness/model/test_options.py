"""Options are read by the types of a record's fields, whatever these are called or say."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from overlap.harness.model.options import option, options_from, options_of
from overlap.harness.text.mistakes import Mistake


class Pathfinder(str):
    """A text whose type's name has the names of two others in it: `Path`, and `int` in `hint`."""

    __slots__ = ()


@dataclass(frozen=True)
class Wanted:
    """What is asked for."""

    subject: str = "s"
    count: int | None = option("a number")
    share: float = option("a share", 0.5)
    sizes: tuple[int, ...] = option("numbers", ())
    names: tuple[str, ...] = option("names", ())
    folder: Path | None = option("a folder")  # noqa: RUF009  a Path does not change
    loud: bool = option("a flag", False)  # noqa: FBT003  a default


def test_words_and_values_of_a_file_are_converted_by_the_type_of_their_field():
    """As Python reads numbers; None means that nothing was said."""
    given = {"count": "1_000", "share": "1e-1", "sizes": "1, 2", "names": " a ,b", "folder": "x", "loud": True}
    made = options_from(Wanted, given, "overlap x")
    assert made == Wanted("s", 1000, 0.1, (1, 2), ("a", "b"), Path("x"), loud=True)
    assert options_from(Wanted, {"count": None, "sizes": 3, "names": ["a"]}, "overlap x") == Wanted(
        sizes=(3,), names=("a",)
    )
    assert [each.name for each in options_of(Wanted)] == ["count", "share", "sizes", "names", "folder", "loud"]


def test_what_is_empty_between_two_commas_counts_unless_it_is_to_be_skipped():
    """An endpoint's list may end in a comma; a strategy with an empty name is looked up, and not found."""
    assert options_from(Wanted, {"names": "a,,b,"}, "overlap x").names == ("a", "", "b", "")
    assert options_from(Wanted, {"names": "a,, ,b,"}, "overlap x", skip_blanks=True).names == ("a", "b")
    assert options_from(Wanted, {"names": ""}, "overlap x", skip_blanks=True).names == ()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"count": "1.0"}, "count cannot be '1.0'"),
        ({"count": 1.0}, "count cannot be '1.0'"),
        ({"count": True}, "count cannot be 'True'"),
        ({"share": True}, "share cannot be 'True'"),
        ({"share": "half"}, "share cannot be 'half'"),
        ({"sizes": "1,x"}, "sizes cannot be '1,x'"),
        ({"sizes": [1, 2.5]}, "sizes cannot be '[1, 2.5]'"),
        ({"names": [["a"]]}, "names cannot be \"[['a']]\""),
        ({"folder": ""}, "folder cannot be ''"),
        ({"loud": "no"}, "loud cannot be 'no'"),
        ({"counts": 1}, "no option 'counts'; there are: subject, count, share"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_the_option(given, message):
    """One line, which names it."""
    with pytest.raises(Mistake) as wrong:
        options_from(Wanted, given, "overlap x")
    assert message in str(wrong.value)


def test_a_type_that_no_words_are_converted_to_is_refused_when_options_are_read():
    """The type itself decides, and not a word in its name: `Pathfinder` is no path."""

    @dataclass(frozen=True)
    class Strange:
        hint: Pathfinder | None = None

    with pytest.raises(KeyError):
        options_from(Strange, {"hint": "x"}, "overlap x")
