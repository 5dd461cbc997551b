"""`name,key=value`: one grammar, with one text for each mistake, whatever option it is of."""

import pytest

from overlap.harness.model import arrivals_spec, slo
from overlap.harness.text.mistakes import Mistake

OPTIONS = {
    "slo": (slo.read, "ttft=1"),
    "arrivals": (arrivals_spec.read, "gamma,rate=1,cv=2"),
}


@pytest.mark.parametrize("option", OPTIONS)
def test_what_is_no_pair_is_told_how_settings_are_spelled(option):
    """The part is named, and the words it stands in."""
    read, words = OPTIONS[option]
    with pytest.raises(
        Mistake, match=rf"^{option}: 'fast' in '{words}, fast' is no setting; settings are spelled key=value$"
    ):
        read(f"{words}, fast")


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("value", ["x", "nan", "inf", "", "1e999"])
def test_what_is_no_number_is_refused_in_the_same_words(option, value):
    """Infinity is none that could be waited for, or kept."""
    read, words = OPTIONS[option]
    key = words.rpartition(",")[2].partition("=")[0]
    with pytest.raises(Mistake, match=rf"^{option}: {key} cannot be '{value}'; it is a number"):
        read(words.rpartition("=")[0] + f"={value}")


@pytest.mark.parametrize("option", OPTIONS)
def test_a_key_has_one_value(option):
    """The last of two would win unseen; the same value twice changes nothing."""
    read, words = OPTIONS[option]
    pair = words.rpartition(",")[2]
    with pytest.raises(Mistake, match=f"^{option}: {pair.partition('=')[0]} has two values in "):
        read(f"{words},{pair}5")
    assert read(f"{words},{pair}") == read(words)


def test_spaces_around_a_pair_are_no_part_of_it():
    """People put them behind commas."""
    assert slo.read(" ttft = 0.5 , e2e=2 ").limits == {"ttft": 5e8, "e2e": 2e9}


def test_a_limit_beyond_all_nanoseconds_is_no_number_of_seconds():
    """1e308 s are no number of nanoseconds that a computer has."""
    with pytest.raises(Mistake, match=r"^slo: ttft cannot be '1e308'; it is a number of seconds$"):
        slo.read("ttft=1e308")
