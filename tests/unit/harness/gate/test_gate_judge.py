"""Every verdict a series and a run can have, and what a reader is told beside it."""

from dataclasses import replace
from math import exp, inf, nan

import pytest

from overlap.harness.gate.judge import judge, judge_series, settled
from overlap.harness.gate.record import Arm, Control, GateRule, GateRun, Missing, RoundPair, Series

RULE = GateRule()
# Noise of 2 to 3 % a round, as often up as down, so that eight rounds cancel out.
WOBBLE = (0.02, -0.03, 0.01, -0.01, 0.03, -0.02, 0.025, -0.025)


def timed(share, rounds=16, cell="chain gather", better="lower", metric="overhead.p50", base=3e6):
    """A timed series whose candidate is larger by a share, give or take the wobble."""
    pairs = tuple(
        RoundPair(i, "BC" if i % 3 else "CB", base, base * (1 + share) * exp(WOBBLE[i % 8])) for i in range(rounds)
    )
    return Series(cell, metric, "ns", "timed", better, pairs)


def run(*series, **more):
    """A run of these series, every cell declared."""
    facts = {
        "base": Arm("main", "base"),
        "candidate": Arm(".", "candidate"),
        "rule": RULE,
        "declared": tuple(dict.fromkeys(each.cell for each in series)),
        "series": series,
        "rounds": max((len(each.pairs) for each in series), default=0),
    }
    return GateRun(**facts | more)


def verdict(series, hypotheses=30):
    """The word for one series."""
    return judge_series(series, RULE, hypotheses).verdict


@pytest.mark.parametrize(
    ("share", "better", "expected"),
    [
        (0.0, "lower", "pass"),
        (0.10, "lower", "regressed"),
        (-0.10, "lower", "improved"),
        (0.10, "higher", "improved"),
        (-0.10, "higher", "regressed"),
        (0.10, "neither", "regressed"),
        (-0.10, "neither", "regressed"),
        (0.0, "neither", "pass"),
    ],
)
def test_a_series_is_judged_by_where_it_lies_and_which_way_is_better(share, better, expected):
    """Sixteen rounds of 2 to 3 % noise tell 10 % from nothing, in either direction."""
    found = judge_series(timed(share, better=better), RULE, 30)
    assert found.verdict == expected
    assert found.ratio == pytest.approx(1 + share, rel=0.01)
    assert found.low < found.ratio < found.high
    assert found.rounds == 16
    assert found.mde > RULE.min_effect


def test_a_few_rounds_decide_nothing():
    """Five rounds carry no e-value that large; nothing could have been seen, and the sentence says so."""
    found = judge_series(timed(0.5, rounds=5), RULE, 30)
    assert (found.verdict, found.low, found.high, found.mde) == ("inconclusive", None, None, None)
    assert "nothing could have been seen yet" in found.why
    assert found.ratio == pytest.approx(1.5, rel=0.03)


def test_a_difference_that_is_certain_but_too_small_is_no_regression():
    """Two percent, forty times in a row, is certain, and less than what counts."""
    series = timed(0.02, rounds=40)
    quiet = replace(series, pairs=tuple(replace(pair, candidate=3.06e6) for pair in series.pairs))
    found = judge_series(quiet, RULE, 30)
    assert found.e_slower > 30 / RULE.alpha
    assert found.verdict == "pass"


def test_what_is_slower_by_more_than_the_minimum_is_never_passed():
    """At +4 % a slowdown of 5 % can be excluded, and still it is one."""
    assert verdict(timed(0.04, rounds=40), hypotheses=30) == "regressed"
    assert verdict(timed(0.04, rounds=40), hypotheses=10**9) == "inconclusive"


def test_disturbed_rounds_do_not_count():
    """A round that the machine spoiled is on file and in no verdict."""
    series = timed(0.0)
    spoiled = tuple(replace(pair, round=99, candidate=9e9, disturbed="steal 30 %") for pair in series.pairs)
    both = replace(series, pairs=series.pairs + spoiled)
    assert judge_series(both, RULE, 30).e_pass == judge_series(series, RULE, 30).e_pass


@pytest.mark.parametrize("value", [nan, inf])
def test_a_value_that_is_no_number_makes_no_verdict(value):
    """It is neither slow nor fast."""
    series = timed(0.0)
    broken = replace(series, pairs=(*series.pairs, RoundPair(16, "BC", 3e6, value)))
    assert verdict(broken) == "invalid"
    assert settled(judge_series(broken, RULE, 30), broken, RULE, 30)
    assert judge(run(broken)).verdict == "invalid"


def test_a_value_of_nothing_is_smaller_than_any_and_doubted():
    """No overhead at all against some: no ratio exists, and the order still counts."""
    series = timed(0.0)
    gone = replace(series, pairs=tuple(replace(pair, candidate=0.0) for pair in series.pairs))
    assert verdict(gone) == "improved"
    nothing = replace(series, pairs=tuple(replace(pair, base=-1.0, candidate=0.0) for pair in series.pairs))
    assert verdict(nothing) == "pass"
    assert any("not above zero in 16 of 16 rounds" in each for each in judge(run(gone)).doubts)


def test_thousands_of_pairs_are_judged_in_batches_of_neighbours():
    """A file of a benchmark may have very many; pairs of all pairs would fill the memory."""
    found = judge_series(timed(0.1, rounds=4000), RULE, 30)
    assert (found.verdict, found.rounds) == ("regressed", 4000)
    assert found.ratio == pytest.approx(1.1, rel=0.001)


def test_the_best_and_the_worst_are_settled_and_the_undecided_are_not():
    """The run goes on for those of which more can be learnt."""
    for share, expected in ((0.1, True), (-0.1, True), (0.0, True)):
        series = timed(share)
        assert settled(judge_series(series, RULE, 30), series, RULE, 30) is expected
    few = timed(0.0, rounds=4)
    assert not settled(judge_series(few, RULE, 30), few, RULE, 30)
    last = replace(RULE, max_rounds=4)
    assert settled(judge_series(few, last, 30), few, last, 30)


def test_a_pass_on_the_way_to_an_improvement_is_measured_on():
    """At -6 % a slowdown is soon excluded; that it is an improvement takes some more rounds."""
    series = timed(-0.06, rounds=8)
    found = judge_series(series, RULE, 30)
    assert found.verdict == "pass"
    assert not settled(found, series, RULE, 30)
    assert verdict(timed(-0.06, rounds=24)) == "improved"


def test_a_run_is_as_bad_as_its_worst_series():
    """Regressed before undecided before improved before pass; the sentence names who."""
    worse, better = timed(0.1, cell="a"), timed(-0.1, cell="b")
    undecided, same = timed(0.0, cell="c", rounds=4), timed(0.0, cell="d")
    for series, expected, named in (
        ((worse, better, undecided, same), "regressed", "a overhead.p50 +10.0 %"),
        ((better, undecided, same), "inconclusive", "c overhead.p50"),
        ((better, same), "improved", "b overhead.p50 -10.0 %"),
        ((same,), "pass", "none of 1 series regressed"),
    ):
        outcome = judge(run(*series))
        assert outcome.verdict == expected
        assert named in outcome.why


def test_the_more_series_a_run_has_the_more_certain_each_must_be():
    """Ten rounds are enough for one series, and not for one of forty: all share one alpha."""
    series = timed(0.1, rounds=10)
    assert judge(run(series)).verdict == "regressed"
    others = [timed(0.0, rounds=10, cell=f"other {i}") for i in range(200)]
    assert judge(run(series, *others)).judged[0].verdict == "inconclusive"


def test_a_run_that_measured_nothing_is_invalid():
    """Nothing declared, nothing measured, or no round that counts: exit code 4, never 0."""
    spoiled = timed(0.0, rounds=3)
    spoiled = replace(spoiled, pairs=tuple(replace(pair, disturbed="load") for pair in spoiled.pairs))
    for each in (run(), run(spoiled), run(timed(0.0), declared=())):
        outcome = judge(each)
        assert (outcome.verdict, outcome.exit_code) == ("invalid", 4)


def test_a_declared_cell_that_was_not_measured_makes_the_run_invalid():
    """A gate that silently measures less is one that cannot fail."""
    outcome = judge(run(timed(0.0), declared=("chain gather", "httpx gather")))
    assert (outcome.verdict, outcome.why) == ("invalid", "httpx gather was declared and not measured")


def test_a_cell_that_gave_nothing_on_one_side_makes_the_run_invalid():
    """A scenario that crashes in the candidate is no regression, and no pass: nothing can be said."""
    lost = Missing("chain gather", "candidate", 3, "ImportError: no module named x")
    outcome = judge(run(timed(0.1), missing=(lost, lost)))
    assert outcome.verdict == "invalid"
    assert outcome.why == "chain gather gave nothing in the candidate: ImportError: no module named x, and 1 more"


def test_a_disturbed_machine_makes_the_run_invalid():
    """More than a third of at least four rounds: what is left may be as bad, only less so."""
    half = dict.fromkeys(range(6), "8 % of the processors' time was stolen")
    outcome = judge(run(timed(0.1), disturbed=half))
    assert outcome.verdict == "invalid"
    assert "6 of 16 rounds were disturbed: 8 %" in outcome.why
    some = judge(run(timed(0.1), disturbed=dict(list(half.items())[:5])))
    assert some.verdict == "regressed"
    assert "5 of 16 rounds were disturbed and do not count." in some.doubts


@pytest.mark.parametrize(
    ("share", "rounds", "expected"),
    [(0.0, 16, "pass"), (0.1, 16, "invalid"), (-0.1, 16, "invalid"), (0.0, 4, "inconclusive")],
)
def test_base_against_itself_must_not_be_called_changed(share, rounds, expected):
    """A gate that finds a change where there is none says nothing about any change."""
    outcome = judge(run(timed(share, rounds=rounds), control=Control("aa")))
    assert outcome.verdict == expected
    assert (expected == "invalid") == ("base against itself changed" in outcome.why)


def test_a_planted_slowdown_must_be_caught_in_the_right_cell():
    """Caught alone it passes; missed, undecided, elsewhere, or with others it is a failed control."""
    control = Control("inject", cell="a", share=0.1)
    for a, b, rounds, expected, said in (
        (0.1, 0.0, 16, "pass", "caught: a, 10 % slower on purpose"),
        (0.0, 0.0, 16, "invalid", "a is 10 % slower on purpose and was not caught"),
        (0.1, 0.0, 5, "invalid", "was not caught"),
        (0.0, 0.1, 16, "invalid", "was not caught; b was called instead"),
        (0.1, 0.1, 16, "invalid", "a was caught, but so was b"),
    ):
        outcome = judge(run(timed(a, cell="a", rounds=rounds), timed(b, cell="b", rounds=rounds), control=control))
        assert outcome.verdict == expected
        assert said in outcome.why


def test_a_collapse_is_suspicious():
    """A candidate that does nothing is very fast."""
    outcome = judge(run(timed(-0.8)))
    assert outcome.verdict == "improved"
    assert any("5.0 times better: suspicious" in each for each in outcome.doubts)
    assert any("suspicious" in each for each in judge(run(timed(4.0, better="higher"))).doubts)
    assert not judge(run(timed(-0.2))).doubts


def test_an_interrupted_run_says_so_and_what_is_open_is_inconclusive():
    """Ctrl-C is neither a pass nor a regression."""
    outcome = judge(run(timed(0.0, cell="a"), timed(0.0, cell="b", rounds=3), interrupted=True))
    assert outcome.verdict == "inconclusive"
    assert any("interrupted" in each for each in outcome.doubts)


def test_two_stored_files_promise_no_error_rate():
    """What a machine did between two runs is part of every ratio."""
    outcome = judge(run(timed(0.1), interleaved=False))
    assert any("not measured in turn" in each for each in outcome.doubts)


def test_a_cell_that_nobody_declared_is_told():
    """The list is compared both ways."""
    outcome = judge(run(timed(0.0, cell="a"), timed(0.0, cell="b"), declared=("a",)))
    assert "b: measured, though not declared." in outcome.doubts
