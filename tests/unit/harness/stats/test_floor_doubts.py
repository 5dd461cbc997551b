"""What lies below the floor: overheads and differences that this machine cannot resolve."""

import pytest

from overlap.harness.model.record import Cell
from overlap.harness.stats.floor import floor_of, floors, unresolved
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_about import RunAbout, about_from

MS = 1_000_000


def entry(loop: str, concurrency: int, *overheads: float) -> dict:
    """A floor in run.json: one overhead a round, in ms."""
    rounds = [{"overhead.p50": each * MS, "overlap": 99.9 + each} for each in overheads]
    return {"client": "floor", "loop": loop, "concurrency": concurrency, "calls": 8, "rounds": rounds}


def calibrated(*entries: object) -> dict:
    """A run.json with these floors."""
    return {"calibration": {"floor": list(entries)}}


def run_about(*entries: object) -> RunAbout:
    """Return it as a record."""
    return about_from(calibrated(*entries))[0]


def test_a_floor_is_read_with_its_figures_and_its_spread():
    """Overheads of 1, 2 and 3 ms: 2 in the middle, 2 apart; an ideal is never passed."""
    [floor] = floors(run_about(entry("asyncio", 64, 1, 2, 3)))
    assert (floor.loop, floor.concurrency, floor.calls, floor.spread) == ("asyncio", 64, 24, 2 * MS)
    assert floor.overhead == pytest.approx(2 * MS, rel=0.1)
    assert floor.figures["overlap"].high <= 100
    assert set(floor.figures) == {"overhead.p50", "overlap"}


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"calibration": None},
        {"calibration": {"fault": "the server died"}},
        {"calibration": {"floor": "?"}},
        calibrated(None, 3, {}, {**entry("asyncio", 1), "calls": None}),
        calibrated(entry("asyncio", 1)),
        calibrated({**entry("asyncio", 1, 1), "rounds": [None, {"overhead.p50": "x"}, {"overhead.p50": None}]}),
    ],
)
def test_what_says_nothing_is_no_floor(about):
    """Old runs, failed calibrations, damaged files."""
    assert floors(about_from(about)[0]) == ()


def test_a_cell_is_held_against_the_floor_of_its_loop_that_is_not_above_its_concurrency():
    """At more calls in flight the floor's error is larger: it would raise doubts for nothing."""
    known = floors(run_about(entry("asyncio", 1, 1), entry("asyncio", 64, 1), entry("uvloop", 8, 1)))

    def chosen(loop: str, concurrency: int) -> int | None:
        found = floor_of(Cell("s", "httpx", "gather", loop, concurrency), known)
        return found.concurrency if found else None

    assert [chosen("asyncio", n) for n in (1, 63, 64, 500)] == [1, 1, 64, 64]
    assert [chosen("uvloop", n) for n in (7, 8)] == [None, 8]


def test_an_overhead_no_larger_than_the_floors_is_doubted(make_run, pair):
    """Two ms a call, where a bare socket takes 2.5: nothing of it is the client's. At 1.5 there is no doubt."""
    for overhead, doubted in ((2.5, True), (1.5, False)):
        about = calibrated(entry("asyncio", 4, overhead))
        [each] = summarise(make_run(pair[:1], 100, **about)).cells
        assert any("bare socket" in doubt and "2.00 ms" in doubt for doubt in each.doubts) == doubted


def test_the_floors_own_cells_are_not_held_against_it(make_run):
    """Half of them would come out below, and mean nothing by it."""
    about = calibrated(entry("asyncio", 4, 2.5))
    [each] = summarise(make_run([Cell("s", "floor", "gather", "asyncio", 4)], 100, **about)).cells
    assert not any("bare socket" in doubt for doubt in each.doubts)


def test_loops_that_differ_by_less_than_the_floors_rounds_cannot_be_told_apart(make_run, pair):
    """The same overhead on both: less than any spread, so both cells say so, in the same words."""
    about = calibrated(entry("asyncio", 4, 1.0, 1.3), entry("uvloop", 4, 1.0, 1.1))
    told = [
        [doubt for doubt in each.doubts if "which loop" in doubt]
        for each in summarise(make_run(pair, 100, **about)).cells
    ]
    assert told[0] == told[1]
    assert "asyncio and on uvloop is 0.00 ms apart, less than the 0.30 ms" in told[0][0]


def test_a_difference_above_the_floors_spread_is_not_doubted(make_run, pair):
    """Five ms between the loops, where rounds of the floor differ by 0.3."""
    metrics = {each.cell: each.metrics for each in summarise(make_run(pair, 100)).cells}
    slower = dict(metrics[pair[1]])
    slower["overhead.p50"] = slower["overhead.p50"].scaled(3.5, "ns")
    known = floors(run_about(entry("asyncio", 4, 1.0, 1.3), entry("uvloop", 4, 1.0, 1.1)))
    assert unresolved(pair[0], metrics[pair[0]], {**metrics, pair[1]: slower}, known) == ()
