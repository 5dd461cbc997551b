"""The sentence that a panel comes down to."""

from harness.record import Cell
from harness.report.leads import fastest
from harness.report.matrix import panels
from harness.stats.summary import summarise
from harness.store import read

CELLS = [Cell("s", "chain", name, "asyncio", 16) for name in ("ainvoke", "gather", "task_group")]


def _lead(folder):
    summary = summarise(read(folder))
    return fastest(summary, panels(summary.cells)[0])


def test_equals_share_the_first_place_and_the_last_is_named(make_run):
    """Both gather and task_group wait once; one after another takes several times as long."""
    said = _lead(make_run(CELLS))
    assert said.startswith("With chain on asyncio at concurrency 16, ")
    assert "gather" in said.partition("were first and do not differ")[0]
    assert "task_group" in said.partition("were first and do not differ")[0]
    assert "ainvoke took" in said
    assert "times (" in said


def test_whoever_gave_up_early_was_not_fast(make_run):
    """A cell whose calls fail at once has the shortest time, and is out of the race."""
    said = _lead(make_run(CELLS, failing=[CELLS[1].id]))
    assert "task_group was first" in said
    assert said.endswith("Left out, since calls failed: gather.")


def test_one_round_shows_nothing_about_chance(make_run):
    """Without an interval nobody is called equal or different."""
    said = _lead(make_run(CELLS, rounds=1))
    assert "1 round: too few to say whether by chance" in said
    assert "differ" not in said


def test_where_all_failed_there_is_no_first(make_run):
    """A race that nobody finished has no winner."""
    assert _lead(make_run(CELLS, failing=[cell.id for cell in CELLS])) is None
