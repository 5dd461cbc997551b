"""The table of metrics: each formula by hand on one small slot."""

from dataclasses import replace

import pytest

from overlap.harness.model.metrics import CALLS, SLOTS
from overlap.harness.model.record import Call, Cell, Lag, Pauses, Queue, Served, Slot

CELL = Cell("s", "httpx", "gather", "asyncio", 2)
OF_CALLS = {metric.name: metric.of for metric in CALLS}
OF_SLOTS = {metric.name: metric.of for metric in SLOTS}


def made(index: int, sent: int, done: int, **facts) -> Call:
    """A call whose request took 10 to reach the server, was planned for all but 30, and written 5 late."""
    planned = done - sent - 30
    entry = Served(sent + 10, [planned], [planned + 5], planned + 6, tokens=4)
    return Call(CELL.id, 0, index, sent, done, **{"served": (entry,)} | facts)


# Two places: 0 to 100 and 150 to 300 on one, 20 to 220 on the other.
THREE = [made(0, 0, 100), made(1, 20, 220, chunks=[50, 70, 190]), made(2, 150, 300)]
SLOT = Slot(
    CELL.id,
    0,
    0,
    3,
    0,
    400,
    120,
    Lag(1, 2, 3, 9),
    peak=2,
    connections=2,
    requests=3,
    gc=Pauses(4, 50, 20),
    queue=Queue(6, 7, 8),
    pool=Queue(3, 4, 5),
    opened=1,
    offered=Lag(11, 12, 13, 3),
)


def number(name: str, calls=THREE, slot=SLOT, cell=CELL):
    """The slot's metric called *name*."""
    return OF_SLOTS[name](cell, slot, calls)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("makespan", 300),
        ("throughput", 3 / 300 * 1e9),
        ("tokens", 12 / 300 * 1e9),
        ("overlap", (70 + 120) / 300 * 100),  # planned 70, 170, 120: on two places, two of them share one
        ("overhead_per_call", (300 - 190) / 3),
        ("cpu", 40),
        ("cpu_per_chunk", 40),
        ("cpu_share", 30),
        ("loop_lag.p50", 1),
        ("loop_lag.p99", 2),
        ("loop_lag.max", 3),
        ("chunks_per_call", 1),
        ("offered.p50", 11),
        ("offered.p99", 12),
        ("offered.max", 13),
        ("queue.p50", 7),
        ("queue.max", 8),
        ("pool.count", 3),
        ("pool.max", 5),
        ("gc.count", 4),
        ("gc.total", 50),
        ("gc.longest", 20),
        ("opened", 1),
        ("requests_per_call", 1),
        ("peak", 2),
        ("connections", 2),
        ("errors", 0),
        ("owned.dispatch", (0 + 20 + 50) / 3),  # the third could have left when a place came free, at 100
        ("owned.send", 10),
        ("owned.planned", 120),
        ("owned.late", 5),
        ("owned.limit", 0),
        ("owned.between", 0),
        ("owned.receive", 15),
    ],
)
def test_a_slots_metric_is_its_formula_by_hand(name, value):
    """Three calls on two places: every number can be checked with a pencil."""
    assert number(name) == pytest.approx(value)


def test_every_metric_of_slots_is_worked_out_by_hand_above():
    """A new metric brings its own example."""
    marks = test_a_slots_metric_is_its_formula_by_hand.pytestmark
    assert {name for name, _ in marks[0].args[1]} == set(OF_SLOTS)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("e2e", [200]),
        ("ttft", [50]),
        ("ttft_error", [50 - 170]),  # made up: nobody sees a token before it was planned
        ("itl", [20, 120]),
        ("tpot", [140 / 3]),
        ("lag", []),
        ("from_sent", []),
        ("overhead", [30]),
        ("lateness", [5]),
    ],
)
def test_a_calls_metric_is_its_formula_by_hand(name, values):
    """The streamed call of the three."""
    assert list(OF_CALLS[name](THREE[1])) == values


def test_an_empty_slot_has_no_metrics_but_its_own_counts():
    """A slot without a call: unknown is None; how many failed is known, and none did."""
    bare = Slot(CELL.id, 0, 0, 0, 0, 0, 0)
    known = {name: value for name, of in OF_SLOTS.items() if (value := of(CELL, bare, [])) is not None}
    assert known == {"errors": 0}


def test_a_slot_of_failures_counts_them_and_completed_none():
    """None of its calls a second was completed, in a time that is known; of tokens and of an ideal nothing is."""
    failed = [made(0, 0, 100, error="APIConnectionError")]
    assert number("errors", failed) == 1
    assert number("throughput", failed) == 0
    for name in ("tokens", "overlap"):
        assert number(name, failed) is None
    assert list(OF_CALLS["e2e"](failed[0])) == list(OF_CALLS["overhead"](failed[0])) == []


def test_the_error_of_a_first_token_is_known_of_one_streamed_request_only():
    """After a retry, the plan of the answer counts from somewhere in the middle of the call."""
    entry = Served(10, [50, 60], [51, 60], 61)
    streamed = {"chunks": [70, 80]}
    assert list(OF_CALLS["ttft_error"](made(0, 0, 100, served=(entry,), **streamed))) == [20]
    assert list(OF_CALLS["ttft_error"](made(0, 0, 100, served=(entry, entry), **streamed))) == []
    assert list(OF_CALLS["ttft_error"](made(0, 0, 100, served=(), **streamed))) == []
    assert list(OF_CALLS["ttft_error"](made(0, 0, 100, served=(entry,)))) == []


def test_overlap_is_unknown_as_soon_as_one_call_is():
    """An ideal of two of three calls would flatter the third."""
    assert number("overlap", [*THREE[:2], made(2, 150, 300, served=())]) is None
    assert number("tokens", [*THREE[:2], made(2, 150, 300, served=())]) is None


def test_an_open_loop_has_a_lag_and_two_latencies_and_no_overlap():
    """Due at 5, sent at 20, done at 220: 215 from due, 200 from sent; the ideal of a plan says nothing."""
    call = made(1, 20, 220, due=5)
    assert [list(OF_CALLS[name](call)) for name in ("lag", "e2e", "from_sent")] == [[15], [215], [200]]
    assert number("overlap", [call], cell=replace(CELL, arrivals="poisson,rate=1")) is None


def test_overlap_of_a_load_runs_arrivals_is_held_against_them():
    """Two calls due 1000 apart, each served when it was due: nobody could have been faster."""
    calls = [made(0, 0, 100, due=0), made(1, 1000, 1100, due=1000)]
    assert number("overlap", calls) == pytest.approx(1070 / 1100 * 100)


def test_a_perfect_slot_has_an_overlap_of_exactly_one_hundred_percent():
    """Planned 100, took 100, twice at once on two places."""
    entry = Served(0, [100], [100], 100, tokens=1)
    assert number("overlap", [Call(CELL.id, 0, i, 0, 100, served=(entry,)) for i in (0, 1)]) == 100


def test_requests_per_call_shows_hidden_retries():
    """Two calls, three requests."""
    retried = made(1, 0, 100, served=(Served(1, [1], [1], 2, status=500), Served(50, [1], [1], 2)))
    assert number("requests_per_call", [made(0, 0, 100), retried]) == 1.5
    assert number("requests_per_call", THREE, Slot(CELL.id, 0, 0, 3, 0, 400, 120)) is None


def test_every_metric_has_a_name_of_its_own_a_label_and_a_formula():
    """Files and reports find a metric by its name and explain it by its formula."""
    names = [metric.name for metric in (*CALLS, *SLOTS)]
    assert len(set(names)) == len(names)
    assert all(metric.label and metric.formula for metric in (*CALLS, *SLOTS))
    assert {metric.better for metric in (*CALLS, *SLOTS)} <= {"lower", "higher", "neither"}


def test_failed_calls_take_time_that_the_others_cannot_have_had():
    """Eight of sixteen give up after 30 s: 8 in 30 s and not 8 in the 0.3 s of those that were answered."""
    good = [made(index, 0, 300_000_000) for index in range(8)]
    bad = [made(8 + index, 0, 30_000_000_000, error="APITimeoutError", served=()) for index in range(8)]
    assert number("throughput", good + bad) == pytest.approx(8 / 30)
    assert number("tokens", good + bad) == pytest.approx(8 * 4 / 30)


def test_one_call_that_hangs_changes_nothing_of_an_open_loops_rate():
    """50 calls a second for 5 s, one of which hangs for 30 s: 50 with it, 249 / 250 of that where it fails."""
    opened = replace(CELL, arrivals="constant,rate=50")
    calls = [
        replace(made(i, i * 20_000_000, i * 20_000_000 + 300_000_000), due=i * 20_000_000) for i in range(250)
    ]
    hung = replace(calls[100], done=calls[100].sent + 30_000_000_000)
    late = [*calls[:100], hung, *calls[101:]]
    assert number("throughput", late, cell=opened) == pytest.approx(50)
    cut = [*calls[:100], replace(hung, error="Unfinished"), *calls[101:]]
    assert number("throughput", cut, cell=opened) == pytest.approx(50 * 249 / 250)
    assert number("throughput", calls[:1], cell=opened) is None


def test_no_overlap_is_above_what_is_possible():
    """Sixteen at once where two were asked for: held against sixteen places, not against two."""
    calls = [made(index, 0, 130) for index in range(16)]
    assert number("overlap", calls) == pytest.approx(100 / 130 * 100)
    assert number("overhead_per_call", calls) == 30 / 16


def test_a_tool_between_two_requests_is_no_sending_and_no_receiving():
    """Two requests of 50 and a tool of 50 between them; 5 before and after."""
    two = (Served(5, [50], [50], 50), Served(105, [50], [50], 50))
    calls = [made(index, 0, 160, served=two) for index in range(2)]
    owned = [
        number(f"owned.{owner}", calls) for owner in ("send", "planned", "late", "limit", "between", "receive")
    ]
    assert owned == [5, 100, 0, 0, 50, 5]
