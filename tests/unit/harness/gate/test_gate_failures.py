"""A candidate that fails more calls is never better, and a value that one side lacks is never absent."""

import random

import pytest

from overlap.harness.gate.file import read, write
from overlap.harness.gate.judge import judge, judge_series
from overlap.harness.gate.measure.pilot import declared
from overlap.harness.gate.measure.series_log import PairedSlot, SeriesLog
from overlap.harness.gate.measure.slot_values import METRICS
from overlap.harness.gate.record import ERRORS, Arm, GateRule, GateRun, RoundPair, Series

CELL = "retries/openai/gather/asyncio/16"
NAN = float("nan")


def series(metric, pairs, better="lower", kind=None):
    """Make a series of *pairs* (base, candidate); None is a value that this side lacks."""
    kind = kind or ("timed" if metric in {"cpu", "overhead_per_call"} else "exact")
    made = tuple(
        RoundPair(
            number,
            ("BC", "CB")[number % 2],
            NAN if base is None else float(base),
            NAN if candidate is None else float(candidate),
            lacks="base" if base is None else "candidate" if candidate is None else None,
        )
        for number, (base, candidate) in enumerate(pairs)
    )
    return Series(CELL, metric, "ns" if kind == "timed" else "", kind, better, made)


def outcome(*found):
    """Judge a run of *found* series, all of one cell."""
    arm = Arm("x", "x")
    rounds = max(len(each.pairs) for each in found)
    return judge(GateRun(arm, arm, GateRule(), (CELL,), found, rounds=rounds))


def words(told):
    """Return the verdict on each series by its metric."""
    return {each.series.metric: each.verdict for each in told.judged}


def wobble(number, level):
    """Return *level* with a noise of 2 %."""
    return level * (1 + random.Random(number).gauss(0, 0.02))


def planted(rounds=16):
    """Every fourth request gets a 500: the base retries, the candidate gives up, and is cheaper by it."""
    return (
        series("cpu", [(wobble(i, 1e6), wobble(i + 99, 9e5)) for i in range(rounds)]),
        series("requests_per_call", [(1.25, 1.0)] * rounds),
        series("overhead_per_call", [(2e6, None)] * rounds),
        series(ERRORS, [(0, 16)] * rounds),
    )


def test_giving_up_where_the_base_retries_is_a_regression():
    """CPU is 10 % less and requests are 20 % fewer, since a quarter of the calls fails."""
    told = outcome(*planted())
    assert (told.verdict, told.exit_code) == ("regressed", 1)
    assert f"{CELL} {ERRORS}" in told.why
    found = words(told)
    assert found[ERRORS] == "regressed"
    assert found["overhead_per_call"] == "invalid"
    assert found["cpu"] == found["requests_per_call"] == "inconclusive"
    why = next(each.why for each in told.judged if each.series.metric == "cpu")
    assert "256 calls failed in the candidate and 0 in the base" in why


def test_the_same_saving_without_failures_is_an_improvement():
    """Or nothing would be shown by the test above."""
    cpu, requests, *_ = planted()
    told = outcome(cpu, requests, series(ERRORS, [(0, 0)] * 16))
    assert told.verdict == "improved"
    assert words(told) == {"cpu": "improved", "requests_per_call": "improved", ERRORS: "pass"}


def test_one_failure_in_a_hundred_rounds_is_neither_passed_nor_better():
    """It may be luck, and it may be the change: two calls of six thousand are not enough to tell."""
    cpu, *_ = planted(60)
    told = outcome(cpu, series(ERRORS, [(0, int(i in {7, 33})) for i in range(60)]))
    assert words(told) == {"cpu": "inconclusive", ERRORS: "inconclusive"}
    assert told.verdict == "inconclusive"


def test_where_a_server_fails_at_random_more_failures_by_luck_are_a_pass_and_no_improvement():
    """Both sides fail alike; the candidate has more in total by chance."""
    rng = random.Random(3)
    drawn = [(rng.randrange(4), rng.randrange(4)) for _ in range(59)]
    more = [*drawn, (0, 100)]
    cpu, *_ = planted(60)
    told = outcome(cpu, series(ERRORS, more))
    assert words(told) == {"cpu": "pass", ERRORS: "pass"}


def test_fewer_failures_are_an_improvement_and_no_suspicion():
    """That no call fails any more is what everybody wants."""
    told = outcome(series(ERRORS, [(16, 0)] * 8))
    assert told.verdict == "improved"
    assert told.doubts == ()


@pytest.mark.parametrize(("lost", "arm"), [((None, 8.0), "base"), ((8.0, None), "candidate")])
@pytest.mark.parametrize("metric", ["chunks_per_call", "overhead_per_call"])
def test_what_one_side_never_has_is_invalid(lost, arm, metric):
    """A candidate that streams no chunk any more has no chunks a call: that is no pass."""
    told = outcome(series(metric, [lost] * 6), series(ERRORS, [(0, 0)] * 6))
    assert (told.verdict, words(told)[metric]) == ("invalid", "invalid")
    assert f"{arm} gave no value in 6 rounds, where the other side gave one" in told.why
    [first] = judge(
        GateRun(told.run.base, told.run.base, GateRule(), (CELL,), (series(metric, [lost]),), rounds=1)
    ).judged
    assert first.verdict == "inconclusive"


def test_rounds_with_failures_are_not_dropped_from_one_side():
    """The candidate is 10 % faster in the rounds in which nothing failed, and gave no value in a third."""
    pairs = [(wobble(i, 2e6), wobble(i + 99, 1.8e6)) for i in range(24)]
    whole = judge_series(series("overhead_per_call", pairs), GateRule(), 1)
    assert whole.verdict == "improved"
    torn = [(base, None if i % 3 == 0 else candidate) for i, (base, candidate) in enumerate(pairs)]
    told = judge_series(series("overhead_per_call", torn), GateRule(), 1)
    assert told.verdict == "inconclusive"
    assert told.why.endswith("candidate gave no value in 8 rounds: such a round counts as worse for that side")


def test_a_lacking_value_is_on_file_and_read_again(tmp_path):
    """The verdict of a replay is that of the run."""
    told = outcome(*planted())
    write(told, tmp_path / "gate.json")
    again = judge(read(tmp_path / "gate.json"))
    assert (again.verdict, again.why) == (told.verdict, told.why)
    assert again.run.series[2].pairs[0].lacks == "candidate"


def test_failed_calls_are_compared_in_every_cell():
    """Whatever else a slot carries."""
    assert [(each.kind, each.better) for each in METRICS if each.metric == ERRORS] == [("exact", "lower")]
    assert ERRORS in {each.metric for each in declared("a", {ERRORS, "cpu"}, 32)}


def test_the_books_have_a_round_of_which_one_side_gave_nothing():
    """It is a pair that says who lacks it."""
    arm = Arm("x", "x")
    book = SeriesLog(arm, arm, GateRule(), 7)
    book.declare([Series("a", "cpu", "ns", "timed", "lower"), Series("a", "peak", "", "exact", "neither")])
    book.enter([PairedSlot("a", "BC", {"cpu": 1.0}, {"cpu": 2.0, "peak": 3.0})], None)
    cpu, peak = book.run.series
    assert (cpu.pairs[0].lacks, peak.pairs[0].lacks) == (None, "base")
    assert peak.pairs[0].candidate == 3.0
    assert book.typical("a", "peak") is None
