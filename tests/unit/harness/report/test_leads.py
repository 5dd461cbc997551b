"""The sentence that a panel comes down to."""

from dataclasses import replace

from overlap.harness.model.record import OWN, Cell
from overlap.harness.report.headlines import fastest
from overlap.harness.report.matrix import panels
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_files import read

CELLS = [Cell("s", "chain", name, "asyncio", 16) for name in ("ainvoke", "gather", "task_group")]


def _lead(folder):
    summary = summarise(read(folder))
    return fastest(summary, panels(summary.cells)[0])


def test_who_is_slower_is_named_and_who_is_equal_only_where_that_is_shown(make_run):
    """Both gather and task_group wait once, to within 3 %; one after another takes several times as long."""
    said = _lead(make_run(CELLS))
    assert said.startswith("With chain on asyncio at concurrency 16, task_group took least: ")
    assert "ainvoke takes longer, 5.41 times (" in said
    assert said.endswith("gather differs from it by less than 3 %.")


def test_whoever_gave_up_early_was_not_fast(make_run):
    """A cell whose calls fail at once has the shortest time, and is out of the race."""
    said = _lead(make_run(CELLS, failing=[CELLS[1].id]))
    assert "task_group took least" in said
    assert said.endswith("Left out, since calls failed: gather.")


def test_one_round_shows_nothing_about_chance(make_run):
    """Without an interval nobody is called equal or different."""
    said = _lead(make_run(CELLS, rounds=1))
    assert "1 round: too few to say whether by chance" in said
    assert "differ" not in said
    assert "longer" not in said


def test_where_all_failed_there_is_no_first(make_run):
    """A race that nobody finished has no winner."""
    assert _lead(make_run(CELLS, failing=[cell.id for cell in CELLS])) is None


def test_a_cache_is_no_strategys_merit(make_run):
    """Half of the calls of two ways made no request: there is nothing to compare, whatever they took."""
    cells = [Cell("app.py:ask", OWN, name, "asyncio", 16) for name in ("ainvoke", "gather", "task_group")]
    run = read(make_run(cells))
    cached = {cells[0].id, cells[1].id}
    calls = tuple(
        replace(each, served=()) if each.cell in cached and each.index % 2 else each for each in run.calls
    )
    summary = summarise(replace(run, calls=calls))
    said = fastest(summary, panels(summary.cells)[0])
    assert "task_group took 241 ms" in said
    assert said.endswith("Not compared, since calls made no request, as with a cache: ainvoke and gather.")
    assert "says nothing about the way they were made" in " ".join(summary.cells[0].doubts)
