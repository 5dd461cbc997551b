"""What a line of a budget means, and what is said of one that means nothing."""

import pytest

from overlap.harness.gate.budgets.limit import Term, limit
from overlap.harness.gate.budgets.reading import budgets_of, read
from overlap.harness.text.mistakes import Mistake


@pytest.mark.parametrize(
    ("line", "bound", "unit"),
    [
        ("ttft.p95 <= 0.4", 400_000_000, "ns"),
        ("requests_per_call == 1", 1, ""),
        ("overlap >= 0.9", 90, "%"),
        ("throughput>100", 100, "1/s"),
        ("e2e.p90 < 1e-3", 1_000_000, "ns"),
    ],
)
def test_times_are_seconds_and_shares_are_fractions(line, bound, unit):
    """People write 0.4 s and 0.9; the files hold nanoseconds and percent."""
    found = limit(line)
    assert (found.bound, found.unit, found.right) == (pytest.approx(bound), unit, None)


@pytest.mark.parametrize(
    ("line", "left", "right"),
    [
        ("cpu(chain)/cpu(openai) <= 2.2", Term("cpu", "chain"), Term("cpu", "openai")),
        ("cpu( 64 threads ) / cpu(a/b >= 2) < 1", Term("cpu", "64 threads"), Term("cpu", "a/b >= 2")),
        ("tokens(loop=uvloop)/tokens(asyncio) > 1", Term("tokens", "uvloop", "loop"), Term("tokens", "asyncio")),
        ("e2e.p99/e2e.p50 <= 3", Term("e2e.p99"), Term("e2e.p50")),
    ],
)
def test_a_ratio_is_of_two_cells_or_of_two_metrics_of_one(line, left, right):
    """A name has spaces, strokes and signs of its own if it likes; the bound is a plain number."""
    found = limit(line)
    assert (found.left, found.right, found.unit) == (left, right, "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "a limit looks like"),
        ("ttft.p95 < 1 < 2", "a limit looks like"),
        ("cpu()/cpu(b) < 1", "a limit looks like"),
        ("speed <= 1", "no metric 'speed'; there are: e2e.p50"),
        ("ovrlap <= 1", "no metric 'ovrlap'; there are: overlap"),
        ("throughput.p95 <= 1", "no metric 'throughput.p95'; there are: throughput"),
        ("ttft <= 1", "ttft needs a percentile: ttft.p50"),
        ("ttft.p0 <= 1", "they go from p1 to p99"),
        ("ttft.p95 <= 400ms", "'400ms' is no number"),
        ("ttft.p95 <= nan", "'nan' is no number"),
        ("overlap >= 90", "0.9 for 90 %"),
        ("e2e.p50 == 1", "== is for connections"),
        ("cpu(chain) <= 1", "cells ="),
        ("cpu(chain)/cpu <= 1", "both sides of a ratio are named"),
        ("cpu/cpu <= 1", "both sides are the same"),
        ("cpu/peak <= 1", "no unit in common"),
        ("cpu(a)/cpu(b) == 1", "equals nothing exactly"),
        ("cpu(colour=a)/cpu(b) <= 1", "no axis 'colour'; there are: client"),
    ],
)
def test_a_line_that_means_nothing_is_quoted_with_what_there_is(line, said):
    """One line, which names the mistake."""
    with pytest.raises(Mistake) as mistake:
        limit(line)
    assert repr(line) in str(mistake.value)
    assert said in str(mistake.value)
    assert "\n" not in str(mistake.value)
    assert len(str(mistake.value)) < 200


def test_a_file_is_read_as_it_stands(tmp_path):
    """A text or a list of texts; without cells a budget is for all of them."""
    file = tmp_path / "budgets.toml"
    file.write_text(
        '[[budget]]\ncells = "a/*/gather/*"\nlimits = "cpu <= 1"\n[[budget]]\nlimits = ["peak == 1"]\n'
    )
    first, second = read(file)
    assert [first.covers(cell) for cell in ("a/b/gather/asyncio/16/x", "a/b/invoke/asyncio/1")] == [True, False]
    assert second.covers("anything/at/all")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no table [[budget]]"),
        ("[budget]\nlimits = []", "no table [[budget]]"),
        ("[[budgets]]\nlimits = []", "no key 'budgets'"),
        ("[[budget]]", "budget 1: it has no limits"),
        ("[[budget]]\nlimit = 'cpu <= 1'", "no key 'limit'; there are: name, cells, limits"),
        ("[[budget]]\nlimits = 3", "limits is a text or a list of texts, not 3"),
        ("[[budget]]\nname = 'mine'\nlimits = ['cpu ! 1']", "budget 1 (mine): 'cpu ! 1'"),
        ("[[budget", "it is not TOML: "),
        ("a = " + "[" * 20_000, "it is not TOML: "),
    ],
)
def test_a_file_that_cannot_be_understood_is_one_line(tmp_path, text, said):
    """It names the file, the budget and what is wrong with it."""
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(Mistake) as mistake:
        read(file)
    assert "mine.toml: " in str(mistake.value)
    assert said in str(mistake.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path):
    """As for anything else that is read."""
    with pytest.raises(Mistake, match="No such file"):
        read(tmp_path / "none.toml")


def test_a_table_that_is_no_table_is_refused():
    """TOML allows a list of anything."""
    with pytest.raises(Mistake, match="no table"):
        budgets_of({"budget": ["cpu <= 1"]})
