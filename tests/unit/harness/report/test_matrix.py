"""Which cells belong side by side."""

from dataclasses import replace

from overlap.harness.model.record import Cell
from overlap.harness.report.matrix import pairs, panels, slug, varied
from overlap.harness.stats.cells import CellSummary

BASE = Cell("strategies", "chain", "gather", "asyncio", 16)


def _cells(*changes):
    return [CellSummary(replace(BASE, **change), 5, 80, 0, {}, ()) for change in changes]


def test_each_concurrency_has_a_panel_of_its_own():
    """Seconds at 1 and milliseconds at 64 do not belong on one scale."""
    made = panels(_cells(*({"strategy": s, "concurrency": c} for c in (64, 1) for s in ("gather", "batch"))))
    assert [(panel.phrase, [label for label, _ in panel.rows]) for panel in made] == [
        ("With chain on asyncio at concurrency 1", ["gather", "batch"]),
        ("With chain on asyncio at concurrency 64", ["gather", "batch"]),
    ]


def test_a_sweep_of_one_strategy_stands_in_one_panel():
    """Panels of one row each would compare nothing."""
    [panel] = panels(_cells({"concurrency": 1}, {"concurrency": 64}))
    assert [label for label, _ in panel.rows] == ["concurrency 1", "concurrency 64"]


def test_a_single_cell_is_named_by_its_strategy():
    """A row needs a name even where nothing varies."""
    [panel] = panels(_cells({}))
    assert [label for label, _ in panel.rows] == ["gather"]
    assert panel.phrase == "With chain on asyncio at concurrency 16"


def test_an_application_of_ones_own_has_no_client_to_speak_of():
    """Its client is its own affair: "with own" would tell nobody anything."""
    [panel] = panels(_cells(*({"client": "own", "strategy": s} for s in ("gather", "batch"))))
    assert panel.phrase == "On asyncio at concurrency 16"
    assert panel.title == "strategies · asyncio · concurrency 16"


def test_rows_are_named_by_all_that_differs():
    """Two loops and two clients make four rows with two words each."""
    [panel] = panels(
        _cells(*({"loop": loop, "client": c} for loop in ("asyncio", "uvloop") for c in ("chain", "openai")))
    )
    assert [label for label, _ in panel.rows] == [
        "chain · asyncio", "openai · asyncio", "chain · uvloop", "openai · uvloop",
    ]  # fmt: skip


def test_scenarios_are_never_mixed():
    """Another scenario is other work."""
    made = panels(_cells({}, {"scenario": "loops"}))
    assert [panel.scenario for panel in made] == ["strategies", "loops"]


def test_pairs_differ_in_the_named_field_alone():
    """A cell whose twin is missing is in no pair."""
    cells = _cells({}, {"loop": "uvloop"}, {"concurrency": 64, "loop": "uvloop"})
    [pair] = pairs(cells, "loop")
    assert set(pair.cells) == {"asyncio", "uvloop"}
    assert {each.cell.concurrency for each in pair.cells.values()} == {16}


def test_a_variant_tells_cells_apart():
    """Two builds of one application are two rows, and the one without a name is not called nothing."""
    cells = _cells({"variant": "64 threads"}, {"variant": "6 threads"})
    assert varied(cells) == ("variant",)
    assert [label for label, _ in panels(cells)[0].rows] == ["64 threads", "6 threads"]


def test_a_slug_is_fit_for_a_file_name():
    """No blank, slash or dot comes through."""
    assert slug("a/b · c.d concurrency 16") == "a-b-c-d-concurrency-16"
