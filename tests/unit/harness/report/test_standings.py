"""Rankings in sentences: each is true for the data it is said of, and another is said where it would not be."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from overlap.harness.model.record import Call, Cell, Slot
from overlap.harness.report.standings import alone, compared, most, standing
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.ranking import rank
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_about import RunAbout
from overlap.harness.store.run_files import Run


def ratio(low, high):
    """A ratio with this interval."""
    return Estimate((low * high) ** 0.5, low, high, 5, 5, "")


def row(level, *off):
    """A figure by round: *level*, off by so much in each."""
    return {turn: level * (1 + each) for turn, each in enumerate(off)}


STEADY, OTHER = (0.0, 0.01, -0.01, 0.005, -0.005), (0.01, -0.01, 0.0, -0.005, 0.005)
WILD, WILDER = (0.3, -0.2, 0.1, -0.25, 0.2), (-0.2, 0.3, -0.25, 0.2, 0.1)


def test_the_slower_ones_are_named_and_only_the_slowest_with_its_factor():
    """Two are worse; the factor is that of the one farthest off, and its interval excludes 1."""
    ranking = rank({"a": row(100, *STEADY), "b": row(150, *OTHER), "c": row(300, *STEADY)})
    said = standing(ranking)
    assert re.fullmatch(r"b and c take longer; c 3\.00 times \([\d.]+.[\d.]+\) as long\.", said)


def test_one_that_is_slower_is_said_in_the_singular():
    """Verb and factor in one clause."""
    said = standing(rank({"a": row(100, *STEADY), "b": row(150, *OTHER)}), worse=("costs more", "cost more"))
    assert said.startswith("b costs more, 1.50 times (")


def test_noise_is_no_equality_and_no_factor():
    """What is not shown is said not to be shown, with what it may still be; nobody is called equal or slower."""
    said = standing(rank({"a": row(100, *WILD), "b": row(104, *WILDER)}))
    assert re.fullmatch(r"b is not told apart from it \(a difference of up to \d+(\.\d+)? % is possible\)\.", said)
    assert "times" not in said
    assert "longer" not in said


def test_equality_is_said_only_where_the_whole_interval_is_within_three_percent():
    """Two rows of the same numbers in another order, with a scatter of a tenth of a percent, and of ten."""
    for scatter, shown in ((0.05, True), (10, False)):
        ranking = rank(
            {"a": row(100, *(off * scatter for off in STEADY)), "b": row(100, *(off * scatter for off in OTHER))}
        )
        assert ("b differs from it by less than 3 %" in standing(ranking)) is shown


def test_a_row_with_few_rounds_is_told_by_itself():
    """What is known of the others is said of them, and of this one that its rounds are too few."""
    said = standing(rank({"a": row(100, *WILD), "b": row(104, *WILDER), "c": row(300, 0.0, 0.1)}))
    assert re.search(r"b is not told apart from it \(a difference of up to [\d.]+ % is possible\)\.", said)
    assert said.endswith("c is not told apart from it (too few rounds).")


def test_two_rounds_are_too_few_for_any_of_it():
    """Even where the numbers are far apart."""
    assert (
        standing(rank({"a": row(1, 0, 0), "b": row(9, 0, 0)})) == "b is not told apart from it (too few rounds)."
    )


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (ratio(1.5, 1.6), "abatch takes 1.55 times (1.50~1.60) as long"),
        (ratio(0.5, 0.6), "abatch takes 0.548 times (0.500~0.600) as long"),
        (ratio(0.84, 1.52), "abatch and gather are not told apart (a difference of up to 52 % is possible)"),
        (ratio(0.99, 1.01), "abatch and gather differ by less than 3 %"),
        (Estimate(9.0, None, None, 2, 2, ""), "abatch and gather are not told apart (too few rounds)"),
    ],
)
def test_a_factor_is_stated_only_where_it_is_shown(found, said):
    """An interval that holds 1 has no factor to tell."""
    words = "abatch takes {} as long"
    written = compared(found, words, words, "abatch and gather")
    assert written.replace("52.0", "52").replace("\N{EN DASH}", "~") == said


def summary(levels) -> Summary:
    """A run of cells whose CPU per call was so much in each round."""
    cells = [Cell("s", "c", name, "asyncio", 1) for name in levels]
    slots, calls = [], []
    for cell, rounds in zip(cells, levels.values(), strict=True):
        for turn, cpu in enumerate(rounds):
            slots.append(Slot(cell.id, turn, 0, 1, 0, 10**6, cpu))
            calls.append(Call(cell.id, turn, 0, 0, 10**6))
    return summarise(Run(Path("run"), RunAbout(format=1), tuple(cells), tuple(slots), tuple(calls)))


STEPS = [10**6, 1_010_000, 990_000, 1_005_000, 995_000]
JUMPY = [2 * 10**6, 600_000, 1_700_000, 500_000, 1_500_000]


def test_the_largest_is_named_alone_only_where_every_other_is_shown_to_be_smaller():
    """Three times as much is alone; beside one that jumps about, that is said."""
    clear = summary({"a": STEPS, "b": [3 * each for each in STEPS]})
    assert (
        most(clear, clear.cells, "cpu", "CPU")
        == "CPU was largest in s/c/b/asyncio/1, 3.00 ms (2.97\N{EN DASH}3.03)"
    )
    unclear = summary({"a": STEPS, "b": JUMPY})
    assert re.search(r"\(1 other cell is not told apart from it\)$", most(unclear, unclear.cells, "cpu", "CPU"))


def test_a_figure_that_some_cells_lack_is_not_called_the_largest_of_all():
    """The other cell may have had more."""
    both = summary({"a": STEPS, "b": [3 * each for each in STEPS]})
    a, b = both.cells
    less = replace(b, metrics={name: value for name, value in b.metrics.items() if name != "cpu"})
    assert most(both, (a, less), "cpu", "CPU").startswith(
        "CPU, known of 1 of 2 cells, was largest in s/c/a/asyncio/1"
    )


def test_nothing_is_largest_where_nothing_was():
    """A wait of 0 ms is no largest wait; nor is there one of a figure that nobody has."""
    none = summary({"a": [0] * 5, "b": [0] * 5})
    assert most(none, none.cells, "cpu", "CPU") == ""
    assert most(none, none.cells, "ttft.p50", "TTFT") == ""


def test_a_cell_that_cannot_be_ranked_is_not_told_apart():
    """Zero in one round has no ratio: nothing is shown of it."""
    some = summary({"a": STEPS, "b": [0, *STEPS[1:]], "c": [3 * each for each in STEPS]})
    top = some.cells[2]
    assert alone(some, some.cells, top, "cpu", largest=True) == " (1 other cell is not told apart from it)"
