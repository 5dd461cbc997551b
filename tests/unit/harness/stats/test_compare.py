"""Comparisons by round and by call: known ratios come out, and equal cells are called equal."""

from dataclasses import replace
from math import exp, log
from random import Random
from statistics import median

import pytest

from overlap.harness.stats.bootstrap import over_rounds
from overlap.harness.stats.compare import difference, ratio, ratio_by_call
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.ranking import differs

LATENCY = [Random(i).lognormvariate(4, 0.5) for i in range(40)]


def moody(factor: float, seed: int = 0):
    """A rule for latencies: the same draw for a call everywhere, a mood for each round, a factor for uvloop."""

    def took(cell, turn, index):
        mood = Random(f"{seed} {turn}").lognormvariate(0, 0.2)
        noise = Random(f"{seed} {cell.loop} {turn}").lognormvariate(0, 0.005)
        return LATENCY[index] * mood * noise * (factor if cell.loop == "uvloop" else 1)

    return took


def test_a_ratio_finds_a_known_factor_through_the_rounds_moods(make_run, pair):
    """Rounds differ by 20 %, the cells by 10 %: pairing takes the moods out, and the interval is narrow."""
    run = make_run(pair, moody(0.9))
    found = ratio(run, pair[1], pair[0], "e2e.p50")
    assert found is not None
    assert found.low <= 0.9 <= found.high
    assert found.high / found.low < 1.05
    assert differs(found)


def test_a_ratio_is_the_naive_one(make_run, pair):
    """The centre of the rounds' log ratios, worked out by two loops."""
    run = make_run(pair, moody(1.1, seed=4), calls=39)
    logs = []
    for turn in range(5):
        mids = [
            median(call.e2e for call in run.calls if call.cell == cell.id and call.round == turn) for cell in pair
        ]
        logs.append(log(mids[1] / mids[0]))
    naive = exp(median((a + b) / 2 for i, a in enumerate(logs) for b in logs[i:]))
    found = ratio(run, pair[1], pair[0], "e2e.p50")
    assert found is not None
    assert found.value == pytest.approx(naive)
    assert (found.rounds, found.unit) == (5, "")


def test_pairing_by_call_finds_what_the_quantiles_hide(make_run, pair):
    """Every call 2 % slower among latencies that differ by half: the median of ratios sees it to a per mille."""

    def took(cell, turn, index):
        return LATENCY[(index + turn) % 40] * (1.02 if cell.loop == "uvloop" else 1)

    run = make_run(pair, took)
    found = ratio_by_call(run, pair[1], pair[0], "e2e")
    assert found is not None
    assert found.value == pytest.approx(1.02, abs=1e-4)
    assert found.count == 200


def test_a_failed_call_has_no_partner(make_run, pair):
    """Where either side failed there is nothing to divide; the other pairs still count."""
    run = make_run(pair, moody(1.0), failing=(3,))
    found = ratio_by_call(run, pair[1], pair[0], "e2e")
    assert found is not None
    assert found.count == 39 * 5


def test_a_difference_comes_in_the_metrics_own_unit_and_may_be_negative(make_run, pair):
    """Five milliseconds less a call, whatever the call."""
    run = make_run(pair, lambda cell, turn, index: 100 + turn + index % 3 - (5 if cell.loop == "uvloop" else 0))
    found = difference(run, pair[1], pair[0], "e2e.p50")
    assert found is not None
    assert (found.value, found.unit) == (-5e6, "ns")


def test_rounds_that_only_one_cell_ran_are_left_out(make_run, pair):
    """Pairs need two: a round that broke off in one cell is no evidence about the other."""
    run = make_run(pair, moody(0.9))
    slots = tuple(
        replace(slot, error="worker died") if (slot.cell, slot.round) == (pair[0].id, 2) else slot
        for slot in run.slots
    )
    found = ratio(replace(run, slots=slots), pair[1], pair[0], "e2e.p50")
    assert found is not None
    assert found.rounds == 4


def test_there_is_no_ratio_of_what_is_unknown_or_zero(make_run, pair):
    """Nothing was streamed, so there is no TTFT; no call failed, so nothing divides by the failures."""
    run = make_run(pair, moody(1.0))
    assert ratio(run, *pair, "ttft.p50") is None
    assert ratio(run, *pair, "errors") is None
    assert ratio(replace(run, slots=(), calls=()), *pair, "e2e.p50") is None


@pytest.mark.parametrize("metric", ["speed", "e2e", "e2e.mean", "ttft.p", "nothing.p50"])
def test_an_unknown_metric_is_refused_by_name(make_run, pair, metric):
    """The message says what there is."""
    with pytest.raises(LookupError, match=r"there are: .*e2e\.p50"):
        ratio(make_run(pair, moody(1.0)), *pair, metric)


def test_pairing_by_call_needs_a_metric_of_calls(make_run, pair):
    """Throughput is a slot's: no call has it."""
    with pytest.raises(LookupError, match="throughput"):
        ratio_by_call(make_run(pair, moody(1.0)), *pair, "throughput")


@pytest.mark.parametrize(
    ("value", "low", "high", "different"),
    [
        (1.10, 1.05, 1.15, True),  # certain, and large
        (0.90, 0.85, 0.95, True),  # so the other way round
        (1.10, 0.99, 1.22, False),  # large, and not certain
        (1.02, 1.01, 1.03, False),  # certain, and too small to matter
        (1.50, None, None, False),  # nobody knows
    ],
)
def test_a_difference_is_both_certain_and_large_enough_to_matter(value, low, high, different):
    """Two conditions, of which neither is enough."""
    assert differs(Estimate(value, low, high, 5, 5, "")) is different


def test_what_matters_is_the_callers_to_say():
    """A certain difference of 2 % matters to who says that 1 % does."""
    assert differs(Estimate(1.02, 1.01, 1.03, 5, 5, ""), matters=0.01)


def mood(rng: Random) -> float:
    """How much slower a round is than the cell: 4 % either way, one in thirty hit by a burst of 10 to 40 %."""
    return exp(rng.gauss(0, 0.04)) * (1 + rng.uniform(0.1, 0.4) * (rng.random() < 1 / 30))


def test_two_identical_cells_are_called_different_at_most_5_times_in_100(make_run, pair):
    """200 comparisons of a cell with itself, each from a run of five rounds, bursts included."""
    called = 0
    for trial in range(200):
        moods = {
            (cell.loop, turn): mood(Random(f"{trial} {cell.loop} {turn}")) for cell in pair for turn in range(5)
        }
        run = make_run(
            pair, lambda cell, turn, index, moods=moods: LATENCY[index] * moods[cell.loop, turn], calls=5
        )
        found = ratio(run, *pair, "e2e.p50")
        assert found is not None
        called += differs(found)
    assert called <= 10


def test_the_interval_alone_calls_identical_cells_different_at_most_5_times_in_100():
    """2,000 comparisons, a standard error of half a point; asking that it matters makes them rarer still."""
    rng = Random("identical")
    found = [over_rounds([mood(rng) / mood(rng) for _ in range(5)], 5, "") for _ in range(2000)]
    certain = sum(differs(each, matters=0) for each in found if each)
    assert certain / 2000 <= 0.06
    assert sum(differs(each) for each in found if each) <= certain
