"""Two runs side by side: what moved, by how much, and when they are not to be compared."""

from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import orjson
import pytest

from overlap.harness.stats.circumstances import CONFIG, ENVIRONMENT, differences
from overlap.harness.stats.columns import MetricColumn
from overlap.harness.stats.ranking import differs
from overlap.harness.stats.sidebyside import CAVEAT, Incomparable, between, lay, to_json
from overlap.harness.store.run_about import RunAbout, RunEnvironment, about_from

ABOUT = {
    "format": 1,
    "environment": {
        "python": "3.11.7",
        "cpu": "Some CPU",
        "cores": 2,
        "executor": 6,
        "load": 0.3,
        "packages": {"openai": "3.52.0", "uvloop": "0.23.0"},
    },
    "config": {"seed": 7, "timeout": 30.0, "max_retries": 0, "name": "first", "results": None},
}


def moved(factor: float, seed: int):
    """Calls of 100 ms times *factor*, rounds 2 % apart."""
    return lambda _cell, turn, _index: 100 * factor * Random(f"{seed} {turn}").lognormvariate(0, 0.02)


@pytest.fixture
def two(make_run, pair):
    """A run, and one in which everything took 1.2 times as long."""
    return make_run(pair, moved(1, 1), **ABOUT), make_run(pair, moved(1.2, 2), **ABOUT)


def changed(run, part: str, **facts):
    """The run with other circumstances."""
    return replace(run, about=about_from(ABOUT | {part: ABOUT[part] | facts})[0])


def test_every_cell_of_both_runs_is_a_pair_with_its_ratios(two, pair):
    """Second over first: latency 1.2, throughput its inverse, each within its interval."""
    found = lay(*two)
    assert [each.cell for each in found.pairs] == list(pair)
    assert (found.only_first, found.only_second, found.changed, found.allowed) == ((), (), (), ())
    ratios = found.pairs[0].ratios
    for name, truth in (("e2e.p50", 1.2), ("throughput", 1 / 1.2)):
        assert ratios[name].low <= truth <= ratios[name].high
        assert differs(ratios[name])
        first, second = found.pairs[0].first[name], found.pairs[0].second[name]
        assert ratios[name].value == pytest.approx(second.value / first.value)


def test_what_moved_is_told_with_the_way_it_went(two):
    """Slower calls are worse, and so is less throughput; the way back is better; the server's plan is neither."""
    there, back = lay(*two).pairs[0].moved(), lay(*reversed(two)).pairs[0].moved()
    assert {there[name] for name in ("e2e.p50", "throughput", "makespan")} == {"worse"}
    assert {back[name] for name in ("e2e.p50", "throughput", "makespan")} == {"better"}
    assert there["owned.planned"] == "other"
    assert "requests_per_call" not in there
    assert lay(*two).pairs[0].moved(matters=0.5) == {}


def test_two_runs_side_by_side_survive_json(two):
    """Everything a program needs to draw its own conclusions, the warning included."""
    whole = orjson.loads(orjson.dumps(to_json(lay(*two))))
    e2e = whole["cells"][0]["metrics"]["e2e.p50"]
    assert e2e["ratio"]["value"] == pytest.approx(e2e["second"]["value"] / e2e["first"]["value"])
    assert whole["cells"][0]["metrics"]["errors"]["ratio"] is None
    assert whole["cells"][0]["moved"]["e2e.p50"] == "worse"
    assert whole["caveat"] == CAVEAT


def test_what_did_not_move_is_not_called_different(make_run, pair):
    """Two runs of the same thing."""
    found = lay(make_run(pair, moved(1, 3), **ABOUT), make_run(pair, moved(1, 4), **ABOUT))
    assert not differs(found.pairs[0].ratios["e2e.p50"])


def test_what_is_zero_or_unknown_has_no_ratio(two):
    """No failures on either side, nothing streamed: there is nothing to divide."""
    pairs = lay(*two).pairs
    assert not {"errors", "ttft.p50"} & set(pairs[0].ratios)


@pytest.mark.parametrize(
    ("part", "facts", "sentence"),
    [
        ("environment", {"cpu": "Other CPU"}, "cpu is Some CPU in the first run and Other CPU in the second."),
        ("environment", {"python": "3.13.0"}, "python is 3.11.7 in the first"),
        ("environment", {"executor": 32}, "executor is 6 in the first run and 32 in the second."),
        (
            "environment",
            {"packages": {"uvloop": "0.23.0"}},
            "packages.openai is 3.52.0 in the first run and not on",
        ),
        ("environment", {"packages": {"openai": "4.0", "uvloop": "0.23.0"}}, "packages.openai is 3.52.0"),
        ("config", {"seed": 8}, "seed is 7 in the first run and 8 in the second."),
        ("config", {"max_retries": 2}, "max_retries is 0"),
    ],
)
def test_runs_under_other_circumstances_are_refused_with_the_reason(two, part, facts, sentence):
    """Any of these moves numbers without the application having changed."""
    with pytest.raises(Incomparable) as refused:
        lay(two[0], changed(two[1], part, **facts))
    assert sentence in str(refused.value)
    assert len(refused.value.reasons) == 1


@pytest.mark.parametrize(
    ("part", "facts"), [("environment", {"load": 1.9}), ("config", {"name": "b", "results": "x"})]
)
def test_what_does_not_move_numbers_is_no_reason(two, part, facts):
    """Load is never the same twice; names and folders are not circumstances."""
    assert lay(two[0], changed(two[1], part, **facts)).pairs


def test_how_a_python_was_built_is_a_reason_only_where_both_tell_it(two):
    """Runs from before it was asked are laid beside later ones as before."""
    built, unbuilt = (changed(two[1], "environment", optimized=told) for told in (True, False))
    assert lay(two[0], built).pairs
    assert lay(unbuilt, two[0]).pairs
    with pytest.raises(Incomparable, match="optimized is True in the first run and False in the second"):
        lay(built, unbuilt)


def test_an_older_file_format_is_a_reason(two):
    """The format's number is raised when old numbers and new ones can no longer be laid side by side."""
    with pytest.raises(Incomparable, match="format is 1"):
        lay(two[0], replace(two[1], about=about_from(ABOUT | {"format": 2})[0]))


@pytest.mark.parametrize("allow", [["packages"], ["packages.openai"], ["all"]])
def test_a_difference_that_is_the_question_can_be_waved_through(two, allow):
    """What does the new release cost? Then the version differs on purpose, and the result says so."""
    upgraded = changed(two[1], "environment", packages={"openai": "4.0", "uvloop": "0.23.0"})
    assert [each.name for each in lay(two[0], upgraded, allow).allowed] == ["packages.openai"]


def test_waving_one_difference_through_lets_no_other_pass(two):
    """Python changed as well, and nobody asked about that."""
    upgraded = changed(two[1], "environment", packages={"openai": "4.0"}, python="3.13.0")
    with pytest.raises(Incomparable, match="python") as refused:
        lay(two[0], upgraded, ["packages"])
    assert [each.name for each in refused.value.reasons] == ["python"]


def test_cells_that_only_one_run_has_are_named(make_run, pair):
    """They cannot be compared, and must not vanish."""
    first, second = make_run(pair[:1], 100, **ABOUT), make_run(pair[1:], 100, **ABOUT)
    found = lay(first, second)
    assert (found.pairs, found.only_first, found.only_second) == ((), (pair[0].id,), (pair[1].id,))


def test_a_cell_whose_profile_or_size_changed_is_not_the_same_cell(make_run, pair):
    """Same name, other latencies, or other numbers of calls or tokens: a comparison would be of these."""
    run = make_run(pair, 100, **ABOUT)
    other = replace(run, cells=(replace(pair[0], profile="bursty"), pair[1]))
    assert lay(run, other).changed == (pair[0].id,)
    facts = [[{"calls": 40, "tokens": tokens} for _ in pair] for tokens in (8, 50)]
    ones, others = (replace(run, about=about_from(ABOUT | {"cells": fact})[0]) for fact in facts)
    assert lay(ones, others).changed == tuple(cell.id for cell in pair)
    assert lay(ones, ones).changed == ()


@pytest.mark.parametrize("about", [{}, {"environment": None, "config": []}, {"environment": {"packages": "many"}}])
def test_a_run_that_does_not_say_its_circumstances_is_not_the_same_as_one_that_does(two, about):
    """Unknown is not equal; two that both say nothing are let pass, as nothing is known to differ."""
    silent = replace(two[1], about=about_from(about)[0])
    with pytest.raises(Incomparable, match="not on file in the second"):
        lay(two[0], silent)
    assert lay(silent, silent).pairs


def test_every_circumstance_that_is_compared_is_looked_at():
    """Change each by itself: exactly that one is named."""
    facts = {"environment": dict.fromkeys(ENVIRONMENT, 1), "config": dict.fromkeys(CONFIG, 1)}

    def about(environment, config):
        return RunAbout(environment=RunEnvironment(**environment), config=config)

    for part, names in (("environment", ENVIRONMENT), ("config", CONFIG)):
        for name in names:
            other = facts | {part: facts[part] | {name: 2}}
            assert [each.name for each in differences(about(**facts), about(**other))] == [name]


def test_runs_of_two_rounds_get_a_ratio_without_an_interval(make_run, pair):
    """As everywhere: unknown is None."""
    run = make_run(pair, moved(1, 5), rounds=2, **ABOUT)
    found = lay(run, run).pairs[0].ratios["e2e.p50"]
    assert (found.value, found.low, found.high) == (1, None, None)


@pytest.mark.parametrize("sizes", [(5, 5), (4, 8)])
def test_the_interval_of_two_independent_runs_holds_the_truth(sizes):
    """1,000 pairs of runs of the same thing, one twice as noisy: 1 lies within 93 to 98 times in 100."""
    rng = np.random.default_rng(sum(sizes))
    held = 0
    for _ in range(1000):
        first, second = (
            MetricColumn(np.exp(rng.normal(0, spread, size)).tolist(), [1] * size, "")
            for size, spread in zip(sizes, (0.03, 0.06), strict=True)
        )
        found = between(first, second)
        held += found.low <= 1 <= found.high
    # A standard error of 0.7 points, allowed for twice.
    assert 0.915 <= held / 1000 <= 0.985


def test_the_limits_of_such_a_comparison_are_said_in_words(two):
    """An interval that does not know about the time in between must come with its warning."""
    assert "different times" in CAVEAT
    assert "gate" in CAVEAT
    assert lay(*two).first.folder == Path("made-up")


def test_of_many_equal_cells_hardly_ever_one_has_moved():
    """Twelve cells that did not change: at 95 % each, a third of comparisons names one; together, few do."""
    rng, named = np.random.default_rng(6), {1: 0, 24: 0}
    for _ in range(60):
        drawn = np.exp(rng.normal(0, 0.04, (12, 2, 5))).tolist()
        columns = [
            (MetricColumn(first, [1] * 5, ""), MetricColumn(second, [1] * 5, "")) for first, second in drawn
        ]
        for among in named:
            named[among] += any(differs(between(*pair, among=among)) for pair in columns)
    assert named[1] > 10
    # One in twenty of sixty is three; three standard deviations more are eight.
    assert named[24] <= 8


def test_an_interval_among_many_is_wider():
    """Twenty-four at once: t at 1 - 0.05 / 24 instead of 0.95, and the ratio itself stays."""
    first, second = MetricColumn([1.0, 1.1, 0.9], [1] * 3, ""), MetricColumn([2.0, 2.2, 1.9], [1] * 3, "")
    single, many = between(first, second), between(first, second, among=24)
    assert single.value == many.value
    assert many.low < single.low < single.high < many.high
