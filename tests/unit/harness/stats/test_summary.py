"""A run in numbers: what is in, what is left out, and that the same run always says the same."""

from dataclasses import replace

import orjson
import pytest

from overlap.harness.model.record import Cell
from overlap.harness.model.slo import Slo
from overlap.harness.report.figures import spell_out
from overlap.harness.stats.columns import names, unit_of
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.summary import METRICS, summarise, to_json
from overlap.harness.store.run_about import about_from

MS = 1_000_000


@pytest.fixture
def three(pair):
    """Three cells: two loops at 4 in flight, and one at 16."""
    return (*pair, replace(pair[0], concurrency=16))


def test_a_cell_has_its_rounds_calls_errors_and_metrics(make_run, pair):
    """Five rounds of forty calls of 100 ms, two of them failing."""
    run = make_run(pair, 100, failing=(0, 7))
    first = summarise(run).cells[0]
    assert (first.cell, first.rounds, first.calls, first.errors) == (pair[0], 5, 200, 10)
    assert first.metrics["e2e.p50"] == Estimate(100 * MS, 100 * MS, 100 * MS, 200, 5, "ns")
    failed = first.metrics["errors"]
    # Ten of 200 calls: Clopper and Pearson have 2.4 to 9.0 %, which are 0.97 to 3.6 of 40.
    assert (failed.value, failed.count, failed.rounds) == (pytest.approx(2), 200, 5)
    assert (failed.low, failed.high) == (pytest.approx(0.97, abs=0.01), pytest.approx(3.6, abs=0.02))
    assert first.metrics["makespan"].value == 1000 * MS


def test_a_percentile_with_too_few_calls_behind_it_is_not_there(make_run, pair):
    """40 calls in 5 rounds carry a p95, 39 do not; neither carries a p99; TTFT has nothing at all."""
    enough = summarise(make_run(pair, 100)).cells[0].metrics
    few = summarise(make_run(pair, 100, calls=39)).cells[0].metrics
    assert "e2e.p95" in enough
    assert "e2e.p95" not in few
    assert not {"e2e.p99", "ttft.p50", "itl.p50", "lag.p50"} & set(enough)


def test_warm_up_calls_never_count(make_run, pair):
    """Ten slow calls marked as warm-up change nothing."""
    run = make_run(pair, lambda _cell, _turn, index: 900 if index < 10 else 100)
    warm = replace(run, calls=tuple(replace(call, warmup=call.index < 10) for call in run.calls))
    first = summarise(warm).cells[0]
    assert first.calls == 150
    assert first.metrics["e2e.p50"].value == 100 * MS


def test_a_round_that_broke_off_is_left_out_and_said(make_run, pair):
    """Its calls are on file, but nobody knows what came after them."""
    run = make_run(pair, 100)
    broken = replace(run, slots=(replace(run.slots[0], error="worker died"), *run.slots[1:]))
    first = summarise(broken).cells[0]
    assert (first.rounds, first.calls) == (4, 160)
    assert "worker died" in first.doubts[0]


def test_a_cell_that_was_never_run_is_there_and_says_so(make_run, pair, three):
    """The run names three cells and has slots of two: the third is empty, not absent."""
    run = replace(make_run(pair, 100), cells=three)
    last = summarise(run).cells[2]
    assert (last.rounds, last.calls, last.metrics) == (0, 0, {})
    assert "nothing to report" in last.doubts[0]


def test_calls_and_slots_of_a_cell_that_the_run_does_not_name_are_ignored(make_run, pair):
    """A damaged file may have anything."""
    run = make_run(pair, 100)
    assert [each.cell for each in summarise(replace(run, cells=pair[:1])).cells] == [pair[0]]


def test_a_run_without_one_successful_call_still_has_its_numbers(make_run, pair):
    """How many failed and how long they took is known: none was answered within the 100 ms that each was given."""
    run = make_run(pair, 100, failing=range(40))
    first = summarise(run).cells[0]
    assert first.metrics["errors"].value == 40
    assert first.metrics["throughput"].value == 0
    assert (first.metrics["e2e.p50"].value, first.metrics["e2e.p50"].at_least) == (100 * MS, True)
    assert not {"overhead.p50", "overlap"} & set(first.metrics)
    assert "200 of 200 calls failed" in " ".join(first.doubts)


def test_a_percentile_that_lies_among_failed_calls_is_a_lower_bound(make_run, pair):
    """Four in a hundred give up after 30 s: p99 is 30 s or more, p50 is known as exactly as without failures."""

    def took(_cell, _turn, index):
        return 30_000 if index < 40 else 100 + index / 100

    first = summarise(make_run(pair[:1], took, rounds=3, calls=1000, failing=range(40))).cells[0]
    p50, p99 = first.metrics["e2e.p50"], first.metrics["e2e.p99"]
    assert (p99.value, p99.low, p99.high, p99.at_least) == (30_000 * MS, None, None, True)
    assert spell_out(p99) == "≥ 30.0 s"
    # The 500th and 501st of 1,000, the slowest 40 being those that failed.
    assert (p50.value, p50.at_least) == (pytest.approx((105.39 + 105.40) / 2 * MS), False)


def test_a_call_that_failed_at_once_is_still_slower_than_any_that_was_answered(make_run, pair):
    """Refused after 1 ms: p95 is not lowered by it, but not below the slowest answer."""
    first = summarise(
        make_run(pair, lambda _c, _t, index: 1 if index < 20 else 100, calls=200, failing=range(20))
    ).cells[0]
    assert (first.metrics["e2e.p95"].value, first.metrics["e2e.p95"].at_least) == (100 * MS, True)


def test_calls_handed_over_in_one_go_have_no_figures_of_single_calls(make_run, pair):
    """What is known of all together stays: total time, efficiency, requests; the reader is told why."""
    run = make_run(pair[:1], 100)
    whole = replace(run, calls=tuple(replace(call, together=True) for call in run.calls))
    first = summarise(whole, Slo({"e2e": 150 * MS})).cells[0]
    assert first.together
    gone = ("e2e.p50", "overhead.p50", "owned.send", "owned.receive", "goodput", "goodput.share")
    assert not set(gone) & set(first.metrics)
    assert {"makespan", "overlap", "throughput", "cpu"} <= set(first.metrics)
    assert first.doubts == ()


def test_no_interval_goes_beyond_what_is_possible(make_run, pair):
    """Rounds at 90 and 99 % of the physical limit: their interval ends at the limit, not at 101 %."""
    run = make_run(pair, lambda _cell, turn, _index: 20 + 180 * (turn % 2))
    found = summarise(run).cells[0].metrics["overlap"]
    assert found.low < found.value < found.high == 100


def test_cells_are_selected_by_any_of_their_fields(make_run, three):
    """In the order the run names them."""
    summary = summarise(make_run(three, 100, rounds=1, calls=3))
    assert [each.cell for each in summary.of(concurrency=4)] == list(three[:2])
    assert [each.cell for each in summary.of(loop="asyncio", concurrency=16)] == [three[2]]
    assert summary.of(strategy="invoke") == ()
    assert summary.of() == summary.cells


def test_the_same_run_always_gives_the_same_summary(make_run, pair):
    """A report made again says the same to the last digit, drawn resamples included."""
    run = make_run(pair, lambda _cell, turn, index: 100 + (index * 7 + turn * 13) % 11, rounds=9)
    assert summarise(run) == summarise(run)


def test_summary_json_has_every_number_with_its_interval_count_and_unit(make_run, pair):
    """What other programs read; it survives JSON, where an unknown is null."""
    run = make_run(pair, lambda _cell, _turn, index: 100 + index, rounds=2)
    whole = orjson.loads(orjson.dumps(to_json(summarise(run))))
    cell = whole["cells"][0]
    assert (cell["id"], cell["strategy"], cell["calls"], cell["errors"]) == (pair[0].id, "gather", 80, 0)
    e2e = cell["metrics"]["e2e.p50"]
    assert e2e == {
        "value": pytest.approx(119.5 * MS), "low": None, "high": None, "count": 80, "rounds": 2, "unit": "ns",
        "at_least": False,
    }  # fmt: skip
    assert "too few" in cell["doubts"][0]


def test_every_metric_in_a_summary_is_defined_in_it(make_run, pair):
    """A number whose formula is not beside it cannot be compared with another tool's."""
    run = make_run(pair, 100, scenarios={"s": {"slo": {"e2e": 150 * MS}}})
    whole = to_json(summarise(run))
    for name in whole["cells"][0]["metrics"]:
        stem = name if name in whole["definitions"] else name.rpartition(".")[0]
        assert whole["definitions"][stem]["formula"]
    assert set(whole["definitions"]) == {metric.name for metric in METRICS}


def test_goodput_is_there_when_the_run_or_the_reader_names_limits(make_run, pair):
    """Half of the calls take 100 ms, half 200; the limit lies between."""
    run = make_run(pair, lambda _cell, _turn, index: 100 + 100 * (index % 2))
    assert "goodput" not in summarise(run).cells[0].metrics
    asked = summarise(run, Slo({"e2e": 150 * MS})).cells[0].metrics
    noted = (
        summarise(replace(run, about=about_from({"scenarios": {"s": {"slo": {"e2e": 150 * MS}}}})[0]))
        .cells[0]
        .metrics
    )
    assert asked == noted
    assert asked["goodput.share"].value == 50
    assert asked["goodput"].value == pytest.approx(asked["throughput"].value / 2)


@pytest.mark.parametrize("slo", [None, {}, [], "fast", {"speed": 1}, {"e2e": -1}, {"e2e": "soon"}])
def test_limits_that_cannot_be_understood_cost_the_goodput_and_nothing_else(make_run, pair, slo):
    """A run from elsewhere is still worth a report."""
    run = make_run(pair, 100, scenarios={"s": {"slo": slo}})
    metrics = summarise(run).cells[0].metrics
    assert "goodput" not in metrics
    assert "e2e.p50" in metrics


def test_every_metrics_name_has_a_unit():
    """The names that comparisons take are the names that summaries use."""
    for name in names():
        assert unit_of(name) in {"ns", "1/s", "%", ""}


def test_estimates_are_shown_in_other_units():
    """Files hold nanoseconds, reports show milliseconds; what is unknown stays unknown."""
    assert Estimate(2e6, 1e6, 3e6, 8, 4, "ns").scaled(1e-6, "ms") == Estimate(2, 1, 3, 8, 4, "ms")
    assert Estimate(2e6, None, None, 8, 1, "ns").scaled(1e-6, "ms") == Estimate(2, None, None, 8, 1, "ms")


def test_a_run_of_no_cells_has_an_empty_summary(make_run):
    """Interrupted before anything was planned."""
    run = make_run((), 100)
    assert summarise(run).cells == ()
    assert to_json(summarise(run))["cells"] == []
    assert Cell("s", "c", "x", "asyncio", 1) not in run.cells
