"""What an intervention buys, judged by rounds that were made up."""

import pytest

from overlap.harness.diagnose.catalogue import interventions
from overlap.harness.diagnose.figures import figures
from overlap.harness.diagnose.judge import UNCHANGED, effects, ranked
from overlap.harness.model.record import Call, Slot
from overlap.harness.report.figures import number

MS = 1e6


def rounds(**figures):
    """Rounds in which an arm's figure is the number given for it, `name=[…]`, as p95 in ms."""
    count = len(next(iter(figures.values())))
    return [
        {name: {"p95": values[i] * MS, "errors": 0.0} for name, values in figures.items()} for i in range(count)
    ]


def judged(base, changed, among=1):
    """The effect of one intervention of *among* that were tried."""
    others = {f"other{number}": base for number in range(among - 1)}
    made = rounds(**{UNCHANGED: base, "change": changed, **others})
    return effects(made, dict.fromkeys(["change", *others], ("p95",)))[0]


def test_a_gain_in_every_round_is_one():
    """900 → 90 ms is ten times, with an interval that keeps clear of one."""
    effect = judged([900, 909, 891, 900], [90, 91, 89, 90])
    assert effect.verdict == "buys"
    assert effect.times == pytest.approx(10, rel=0.01)
    assert effect.saved == pytest.approx(0.9, rel=0.01)
    assert 9 < effect.low < 10 < effect.high < 11


def test_a_gain_that_is_not_worth_the_change_buys_nothing():
    """5 % in every round is real, and no trap."""
    effect = judged([100, 101, 99, 100], [95, 96, 94, 95])
    assert effect.low > 1
    assert effect.verdict == "nothing"
    assert effect.at_most == pytest.approx(0.05, abs=0.02)


def test_a_gain_in_some_rounds_only_buys_nothing():
    """The median is 30 % less, and the rounds contradict each other."""
    assert judged([100, 100, 100, 100], [70, 130, 60, 90]).verdict == "nothing"


def test_a_change_that_makes_it_slower_costs():
    """It is no finding, and told from one that does nothing."""
    assert judged([100, 101, 99, 100], [200, 202, 198, 200]).verdict == "costs"


def test_an_interval_widens_with_the_number_of_interventions():
    """With ten tried, one would else look like a gain every other time."""
    one, ten = (
        judged([100, 110, 95, 100], [80, 80, 80, 80]),
        judged([100, 110, 95, 100], [80, 80, 80, 80], among=10),
    )
    assert ten.times == one.times
    assert ten.low < one.low
    assert ten.high > one.high


def test_two_rounds_say_nothing():
    """What cannot be known is unknown, and no gain."""
    assert judged([900, 900], [90, 90]).verdict == "unknown"
    assert effects([], {"change": ("p95",)})[0].verdict == "unknown"


def test_a_count_must_be_halved_in_every_round():
    """Connections are counted, not timed: 1 → 0 is a gain without an interval, one round without is none."""
    made = [{UNCHANGED: {"opened": 1.0}, "keep": {"opened": 0.0}} for _ in range(3)]
    assert effects(made, {"keep": ("opened",)})[0].verdict == "buys"
    made[1]["keep"]["opened"] = 1.0
    assert effects(made, {"keep": ("opened",)})[0].verdict == "nothing"


def test_the_largest_gain_comes_first_and_counts_last():
    """A developer reads the first line."""
    made = rounds(**{UNCHANGED: [900, 905, 900], "some": [450, 450, 451], "most": [90, 91, 90]})
    for each in made:
        each[UNCHANGED]["opened"] = 1.0
        each["keep"] = {"p95": 899 * MS, "opened": 0.0}
    found = ranked(effects(made, {"keep": ("p95", "opened"), "some": ("p95",), "most": ("p95",)}))
    assert [each.name for each in found] == ["most", "some", "keep"]


def test_a_round_that_an_intervention_missed_is_left_out():
    """The other rounds still count."""
    made = rounds(**{UNCHANGED: [900, 900, 900, 905], "change": [90, 90, 90, 91]})
    del made[0]["change"]
    assert effects(made, {"change": ("p95",)})[0].rounds == 3


@pytest.mark.parametrize("seed", range(5))
def test_equal_arms_are_hardly_ever_called_a_gain(seed):
    """Of 200 diagnoses of ten interventions that do nothing, with 5 % noise, none names a gain of 10 %."""
    import random

    rng = random.Random(seed)
    named = 0
    for _ in range(40):
        arms = {name: [100 * rng.lognormvariate(0, 0.05) for _ in range(4)] for name in [UNCHANGED, *"abcdefghij"]}
        named += bool(ranked(effects(rounds(**arms), dict.fromkeys("abcdefghij", ("p95",)))))
    assert named == 0


def test_a_batch_is_judged_by_its_total_time():
    """Its calls have no latency of their own, so what would be judged by p95 is judged by the time of all."""
    made = [
        {
            UNCHANGED: {"p95": None, "total": 900 * MS + turn, "errors": 0.0},
            "change": {"p95": None, "total": 90 * MS + turn, "errors": 0.0},
        }
        for turn in range(4)
    ]
    [effect] = effects(made, {"change": ("p95",)})
    assert (effect.headline, effect.verdict) == ("total", "buys")


def test_calls_that_are_handed_over_in_one_go_have_a_total_time_and_no_latency():
    """Three of them: each of the first two ended before the whole, but nobody saw when."""
    calls = [Call("c", 0, index, 0, 900, together=True) for index in range(3)]
    found = figures(Slot("c", 0, 0, 3, 0, 900, 30), calls, 3)
    assert (found["p95"], found["p50"], found["total"], found["cpu"]) == (None, None, 900, 10)


@pytest.mark.parametrize("seed", range(20))
def test_after_is_before_divided_by_the_factor(seed):
    """A reader who divides what is shown finds the factor that is shown, give or take the last digit."""
    import random

    rng = random.Random(seed)
    arms = ([rng.lognormvariate(3, 0.4) for _ in range(5)] for _ in range(2))
    effect = judged(*arms)
    assert effect.before / effect.after == pytest.approx(effect.times)
    shown = [
        float(number(each).replace(",", "")) for each in (effect.before / MS, effect.after / MS, effect.times)
    ]
    assert shown[0] / shown[1] == pytest.approx(shown[2], rel=0.016)


def test_a_gain_by_calls_that_fail_is_none():
    """In one round of four failed calls hide the figure: the other three are chosen by outcome."""
    made = rounds(**{UNCHANGED: [900, 909, 891, 900], "change": [90, 91, 89, 90]})
    made[2]["change"] = {"p95": None, "errors": 5.0}
    [effect] = effects(made, {"change": ("p95",)})
    assert (effect.verdict, effect.headline, effect.times) == ("unknown", "p95", None)


def test_calls_that_all_fail_are_not_taken_for_a_batch():
    """The total time takes the place of a latency that calls do not have, not of one that nobody knows."""
    made = [{UNCHANGED: {"p95": None, "total": None, "errors": 16.0}, "change": {"p95": 90.0, "errors": 0.0}}] * 3
    [effect] = effects(made, {"change": ("p95",)})
    assert (effect.verdict, effect.headline) == ("unknown", "p95")


def test_retries_are_judged_by_how_soon_calls_end_where_they_fail_without():
    """The p95 lies among failed calls; that a call ended sooner is said as that."""
    made = [
        {
            UNCHANGED: {"p95": 900 * MS, "ended": 900 * MS + turn, "errors": 0.0},
            "retries": {"p95": None, "ended": 90 * MS + turn, "errors": 8.0},
        }
        for turn in range(4)
    ]
    [by_latency] = effects(made, {"retries": ("p95",)})
    assert by_latency.verdict == "unknown"
    [effect] = effects(made, {each.name: each.headlines for each in interventions(["retries"])})
    assert (effect.verdict, effect.headline, effect.errors) == ("buys", "ended", (0.0, 8.0))
