"""The series of a gate run, round by round."""

from overlap.harness.gate.measure.series_log import PairedSlot, SeriesLog
from overlap.harness.gate.record import Arm, Control, GateRule, Series


def _book():
    arm = Arm("x", "x")
    book = SeriesLog(arm, arm, GateRule(max_rounds=3), 7, control=Control("inject", "a", 0.05))
    book.declared = ("a", "b")
    book.declare([Series("a", "cpu", "ns", "timed", "lower"), Series("b", "cpu", "ns", "timed", "lower")])
    return book


def test_series_grow_round_by_round_and_settle_at_the_last():
    """A disturbed round is kept and not counted; a cell that both arms have measured enough is closed."""
    book = _book()
    assert book.open_cells == ["a", "b"]
    book.enter([PairedSlot("a", "BC", {"cpu": 1.0, "new": 9.0}, {"cpu": 1.1})], "too loud")
    assert book.disturbed == {0: "too loud"}
    for _ in range(3):
        book.enter([PairedSlot("a", "CB", {"cpu": 1.0}, {"cpu": 1.1})], None)
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
        book.enter([PairedSlot("a", "BC", {"cpu": value}, {"cpu": 9.0})], None)
    assert book.typical("a", "cpu") == 2.0


def test_a_cell_with_one_regressed_series_needs_no_second_witness():
    """A count that doubled closes the cell, though its time is not decided."""
    arm = Arm("x", "x")
    book = SeriesLog(arm, arm, GateRule(), 7)
    book.declare([Series("a", "cpu", "ns", "timed", "lower"), Series("a", "peak", "", "exact", "lower")])
    for turn in range(12):
        book.enter(
            [PairedSlot("a", "BC" if turn % 2 else "CB", {"cpu": 1.0, "peak": 1}, {"cpu": 1.04, "peak": 2})], None
        )
    assert book.open_cells == []
