"""The parts of a gate run that need no process: sizes, cells, what is observed, the guard, the books."""

import re
from array import array
from dataclasses import dataclass, replace

import pytest

from overlap.harness.gate.measure import interference
from overlap.harness.gate.measure.cells import twins
from overlap.harness.gate.measure.series_log import Book, Seen
from overlap.harness.gate.measure.slot_size import sized
from overlap.harness.gate.measure.slot_values import values
from overlap.harness.gate.record import Arm, Control, Rule, Series
from overlap.harness.host.other_programs import Taken
from overlap.harness.model.plan import Plan
from overlap.harness.model.record import Call, Cell, Served, Slot
from overlap.harness.text.mistakes import Mistake

MS = 1_000_000
CELL = Cell("regressions", "chain", "gather", "asyncio", 2)


@pytest.mark.parametrize(
    ("calls", "took", "concurrency", "expected"),
    [
        (64, 0.064, 16, 400),  # 1 ms each: 400 calls last 0.4 s
        (64, 0.16, 16, 208),  # 2.5 ms each: 160 would do, but 200 last only a quarter longer, and carry a p95
        (64, 0.256, 16, 112),  # 4 ms each: 200 would last twice as long
        (64, 0.64, 16, 48),  # 10 ms each: 200 would last 2 s, so there is no p95
        (4, 20.0, 2, 4),  # 5 s each: two waves all the same
        (1, 0.001, 1, 400),
    ],
)
def test_a_slot_lasts_as_asked_and_carries_a_p95_where_that_is_cheap(calls, took, concurrency, expected):
    """Whole waves, two at least."""
    assert sized(calls, took, 0.4, concurrency) == expected


@dataclass
class Arms:
    """Settings of one arm."""

    client: str | None = None
    loop: str | None = None
    strategy: str | None = None


PLAN = Plan(strategies=("gather", "invoke"), clients=("chain",), concurrency=(4,))


def _has(*names):
    return lambda _arm, _planned: names


def test_arms_alike_measure_the_same_cells():
    """Each by its own name."""
    found = twins([("regressions", PLAN)], Arms(), Arms(), _has("invoke", "ainvoke"))
    assert [twin.name for twin in found] == [
        "regressions/chain/gather/asyncio/4",
        "regressions/chain/invoke/asyncio/4",
    ]
    assert all(twin.base == twin.candidate for twin in found)


def test_what_sets_the_arms_apart_is_a_star_in_the_name():
    """httpx2 against aiohttp: one cell, measured with either."""
    found = twins(
        [("regressions", PLAN)], Arms(client="httpx2"), Arms(client="aiohttp", loop="uvloop"), _has("ainvoke")
    )
    [twin] = found
    assert twin.name == "regressions/*/gather/*/4"
    assert (twin.base.cell.client, twin.base.cell.loop) == ("httpx2", "asyncio")
    assert (twin.candidate.cell.client, twin.candidate.cell.loop) == ("aiohttp", "uvloop")


def test_a_strategy_against_another_is_one_cell():
    """The plan's own strategies do not matter then."""
    [twin] = twins(
        [("regressions", PLAN)], Arms(strategy="gather"), Arms(strategy="abatch"), _has("ainvoke", "abatch")
    )
    assert (twin.base.cell.strategy, twin.candidate.cell.strategy) == ("gather", "abatch")


def test_what_applies_in_one_arm_only_cannot_be_compared():
    """Aiohttp has no `invoke`; where nothing is left, that is said."""
    methods = {"base": ("invoke", "ainvoke"), "candidate": ("ainvoke",)}
    found = twins([("regressions", PLAN)], Arms(), Arms(), lambda arm, _: methods[arm])
    assert [twin.base.cell.strategy for twin in found] == ["gather"]
    with pytest.raises(Mistake, match="nothing to measure"):
        twins([("regressions", PLAN)], Arms(), Arms(), lambda arm, _: methods[arm] if arm == "base" else ())


def _call(index, overhead, chunks=()):
    """A call that the server planned 10 ms for."""
    served = Served(0, array("q", [10 * MS]), array("q", [10 * MS]), 10 * MS, tokens=1)
    return Call(CELL.id, 0, index, 0, 10 * MS + overhead, chunks=array("q", chunks), served=(served,))


def _slot(calls, **more):
    return Slot(
        CELL.id, 0, 0, calls, 0, 100 * MS, cpu=calls * 3 * MS, peak=2, connections=2, requests=calls, **more
    )


def test_overhead_is_what_the_server_had_not_planned():
    """Five calls at once, of 10 ms planned and 1 to 5 more: 15 ms where 10 were possible; too few for a p95."""
    found = values(replace(CELL, concurrency=5), _slot(5), [_call(i, (i + 1) * MS) for i in range(5)])
    assert found == {
        "overhead_per_call": MS,
        "cpu": 3 * MS,
        "errors": 0,
        "requests_per_call": 1,
        "connections": 2,
        "peak": 2,
    }


def test_two_hundred_calls_carry_a_p95_and_streams_have_chunks():
    """Chunks are counted per call: a parser that holds the stream back shows in them."""
    found = values(
        replace(CELL, concurrency=200), _slot(200), [_call(i, MS, chunks=(1, 2, 3)) for i in range(200)]
    )
    assert found["overhead.p95"] == pytest.approx(MS)
    assert found["chunks_per_call"] == 3


def test_warm_up_calls_count_for_nothing():
    """A slow one does not count."""
    calls = [_call(i, MS) for i in range(5)]
    slow = Call(CELL.id, 0, 0, 0, 500 * MS, warmup=True, served=calls[0].served)
    five = replace(CELL, concurrency=5)
    assert values(five, _slot(5), [slow, *calls])["overhead_per_call"] == MS / 5


@pytest.mark.parametrize(
    ("steal", "foreign", "word"),
    [(0.06, 0.0, "hypervisor"), (0.0, 0.3, "other programs"), (0.04, 0.2, None), (None, None, None)],
)
def test_a_round_is_disturbed_beyond_the_rules_limits(steal, foreign, word):
    """What the kernel does not tell disturbs nothing."""
    said = interference.disturbance(Taken(steal, foreign), Rule())
    assert (said is None) if word is None else (word in said)


@pytest.mark.parametrize(("steal", "foreign"), [(0.0501, None), (None, 0.2501), (0.5, None), (None, 1.02)])
def test_what_is_beyond_a_limit_is_written_as_more_than_it(steal, foreign):
    """To be told of 0.25 cores with a limit of 0.25 would read as a mistake."""
    said = interference.disturbance(Taken(steal, foreign), Rule())
    value, limit = (float(number) for number in re.findall(r"[\d.]+(?= %| cores|\))", said)[:2])
    assert value > limit


def _book():
    arm = Arm("x", "x")
    book = Book(arm, arm, Rule(max_rounds=3), 7, control=Control("inject", "a", 0.05))
    book.declared = ("a", "b")
    book.declare([Series("a", "cpu", "ns", "timed", "lower"), Series("b", "cpu", "ns", "timed", "lower")])
    return book


def test_series_grow_round_by_round_and_settle_at_the_last():
    """A disturbed round is kept and not counted; a cell that both arms have measured enough is closed."""
    book = _book()
    assert book.open_cells == ["a", "b"]
    book.enter([Seen("a", "BC", {"cpu": 1.0, "new": 9.0}, {"cpu": 1.1})], "too loud")
    assert book.disturbed == {0: "too loud"}
    for _ in range(3):
        book.enter([Seen("a", "CB", {"cpu": 1.0}, {"cpu": 1.1})], None)
    run = book.run
    assert [len(series.pairs) for series in run.series] == [4, 0]
    assert len(run.series[0].counted) == 3
    assert book.open_cells == ["b"]
    assert (run.rounds, run.declared) == (4, ("a", "b"))


def test_a_cell_that_is_left_out_is_closed_and_missing():
    """It can pass no more."""
    book = _book()
    book.leave_out("a", "candidate", "boom")
    assert book.open_cells == ["b"]
    assert [(each.cell, each.arm, each.reason) for each in book.run.missing] == [("a", "candidate", "boom")]


def test_the_typical_value_of_the_base_is_the_median_so_far():
    """Unknown before the first round."""
    book = _book()
    assert book.typical("a", "cpu") is None
    for value in (3.0, 1.0, 2.0):
        book.enter([Seen("a", "BC", {"cpu": value}, {"cpu": 9.0})], None)
    assert book.typical("a", "cpu") == 2.0


def test_a_cell_with_one_regressed_series_needs_no_second_witness():
    """A count that doubled closes the cell, though its time is not decided."""
    arm = Arm("x", "x")
    book = Book(arm, arm, Rule(), 7)
    book.declare([Series("a", "cpu", "ns", "timed", "lower"), Series("a", "peak", "", "exact", "lower")])
    for turn in range(12):
        book.enter(
            [Seen("a", "BC" if turn % 2 else "CB", {"cpu": 1.0, "peak": 1}, {"cpu": 1.04, "peak": 2})], None
        )
    assert book.open_cells == []
