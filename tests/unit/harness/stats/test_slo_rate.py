"""An SLO search read back: what was held, what was not, and every sentence that can be said of it."""

import json
from dataclasses import asdict

import pytest

from overlap.harness.model.slo_verdict import BATCHES, SlotFigures
from overlap.harness.report.figures import DASH
from overlap.harness.report.sections.slo import section
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.slo_rate import searched
from overlap.harness.store.run_about import about_from
from overlap.harness.store.run_files import Run


def tried(rate, *, held, share=1.0, growth=0.0, calls=3000, rounds=3):
    """What run.json has of a rate that was tried in long slots, each alike."""
    counted = calls * 2 // 3
    slot = SlotFigures(rate, calls, round(calls * share), counted, (1 - share,) * BATCHES, growth, calls / rate)
    return {"rate": rate, "held": held, "slots": [json.loads(json.dumps(asdict(slot)))] * rounds}


def cell(strategy, *long, held=None, missed=None, **more):
    """What run.json has of one cell."""
    named = {"scenario": "s", "client": "c", "strategy": strategy, "loop": "asyncio", "concurrency": 4}
    brief = [{"rate": 10.0, "calls": 50, "held": True}]
    return {
        "cell": named,
        "brief": brief,
        "long": list(long),
        "held": held,
        "missed": missed,
        "whole": True,
        "short": False,
        **more,
    }


def holds(strategy, rate, share=1.0):
    """A cell that held *rate* and was shown to miss one that is 4 % higher."""
    higher = tried(rate * 1.04, held=False, share=0.8)
    return cell(strategy, higher, tried(rate, held=True, share=share), held=rate, missed=rate * 1.04)


def about(*cells, share=0.95):
    """A run.json with a search for e2e within a second."""
    facts = {"slo": {"e2e": 1e9}, "share": share, "arrivals": "poisson", "rounds": 3}
    return about_from({"search": {**facts, "least": 0.5, "most": 200.0, "cells": list(cells)}})[0]


@pytest.fixture
def lead(tmp_path):
    """The first sentences of the section of such cells."""
    return lambda *cells, **more: section(Summary(Run(tmp_path, about(*cells, **more), (), (), ()), ())).lead


def test_the_answer_is_the_highest_rate_held_and_the_lowest_that_was_not():
    """Whatever order they were tried in."""
    [answer] = searched(about(holds("a", 50.0))).answers
    assert (answer.held.rate, answer.missed.rate) == (50.0, 52.0)
    assert (answer.slots, answer.calls) == (7, 18_050)


def test_the_sentence_has_rate_share_time_and_count(lead):
    """3 slots of 60 s, all calls kept: Wilson's one-sided bound of 0 in 6,000 is 2.706 / 6002.7 = 0.045 %."""
    said = lead(holds("a", 50.0))
    assert said.startswith(
        "a held 50.0 calls/s, with poisson arrivals: in 3 slots of 60.0 s, 100 % (at least 99.95 %)"
    )
    assert "and latency did not rise. 52.0/s was not: 80.0 % kept it." in said


def test_slots_and_calls_are_said_to_be_those_that_were_judged(tmp_path):
    """An interrupted search made more: what it did at its last rate is in the books, and in no verdict."""
    found = section(Summary(Run(tmp_path, about(holds("a", 50.0)), (), (), ()), ()))
    assert [column.name for column in found.table.columns[-2:]] == ["slots judged", "calls in them"]
    assert [datum.text for datum in found.table.rows[0][-2:]] == ["7", "18,050"]


def test_latency_that_rose_by_a_little_is_not_said_not_to_have_risen(lead):
    """3 ms each second are below the 5 that are tolerated: the rate is held, and the rise is told."""
    higher, held = tried(52.0, held=False, share=0.8), tried(50.0, held=True, growth=0.003)
    said = lead(cell("a", higher, held, held=50.0, missed=52.0))
    assert "and latency rose by 3.00 ms each second, which is tolerated. 52.0/s was not" in said


def test_a_queue_that_grew_is_named_as_the_reason(lead):
    """Every call kept the limit so far: the share is not what was wrong with it."""
    grew = tried(52.0, held=False, growth=0.04)
    said = lead(cell("a", tried(50.0, held=True), grew, held=50.0, missed=52.0))
    assert "52.0/s was not: latency rose by 40.0 ms each second." in said


def test_what_was_not_shown_is_not_called_missed(lead):
    """96 % of few calls may be 95 %, or less."""
    unsure = tried(52.0, held=False, share=0.96, calls=300, rounds=1)
    said = lead(cell("a", tried(50.0, held=True), unsure, held=50.0, missed=52.0))
    assert "52.0/s was not shown to be held: 96.0 % (at least 93" in said


def test_one_is_called_higher_only_where_the_others_missed_its_rate(lead):
    """50 against 30 is shown; 50 against 49, whose next rate was 51, is not."""
    assert "more than the other, which missed it at that rate" in lead(holds("fast", 50.0), holds("slow", 30.0))
    assert lead(holds("fast", 50.0), holds("near", 49.0)).endswith("It is not shown to hold more than near.")


def test_a_rate_that_was_only_not_shown_to_be_held_ranks_nobody(lead):
    """The other one had too few calls at 40/s to say that it missed."""
    unsure = cell(
        "b", tried(40.0, held=False, share=0.96, calls=150, rounds=1), held=None, missed=40.0, whole=False
    )
    assert lead(holds("a", 50.0), unsure).endswith("It is not shown to hold more than b.")


def test_the_highest_rate_that_was_tried_is_no_limit(lead):
    """It may hold more."""
    said = lead(cell("a", tried(200.0, held=True), held=200.0))
    assert said.startswith("a held 200 calls/s, the highest rate that was tried")


def test_nothing_held_is_said_as_plainly(lead):
    """At the lowest rate there was."""
    said = lead(cell("never", missed=0.5))
    assert said == "never did not hold 0.500 calls/s, the lowest rate that was tried, for 95 % of calls."


def test_too_few_calls_are_the_reason_and_not_a_missed_rate(lead):
    """No call missed, and still nothing was shown."""
    few = tried(2.0, held=False, calls=30)
    said = lead(cell("a", few, short=True), share=0.99)
    assert said.startswith(
        "a: not known. None of 90 calls missed at 2.00/s, too few to show that 99 % of calls keep"
    )


def test_a_search_that_broke_off_says_so(lead):
    """With what it had found until then, or without."""
    assert lead(cell("a", whole=False)) == "a: not known, the search did not come to its end."
    assert lead(cell("a", tried(50.0, held=True), whole=False)).endswith("The search did not come to its end.")


def test_the_table_is_sorted_by_the_rate_that_was_held(tmp_path):
    """What did not hold the lowest one says so, what is unknown has a dash."""
    cells = (cell("unknown", whole=False), cell("never", missed=0.5), holds("slow", 10.0), holds("fast", 50.0))
    table = section(Summary(Run(tmp_path, about(*cells), (), (), ()), ())).table
    assert [(row[0].text, row[1].text) for row in table.rows] == [
        ("fast", "50.0"),
        ("slow", "10.0"),
        ("never", "< 0.500"),
        ("unknown", DASH),
    ]


def test_an_old_search_is_refused_with_the_reason(tmp_path):
    """Its rates could be a fifth too high."""
    cells = [{"cell": cell("a")["cell"], "rounds": [{"kept": 1.0, "missed": None, "whole": True, "tried": []}]}]
    facts = {"slo": {"e2e": 1e9}, "share": 0.95, "arrivals": "poisson", "least": 0.5, "most": 200.0}
    old, faults = about_from({"search": {**facts, "cells": cells}})
    assert faults == []
    assert "could be a fifth too high" in section(Summary(Run(tmp_path, old, (), (), ()), ())).lead


@pytest.mark.parametrize("facts", [{}, {"search": None}, {"search": {"cells": [{}]}}, {"search": {"cells": 3}}])
def test_what_cannot_be_understood_is_no_search(facts):
    """A run from elsewhere is still worth a report."""
    assert searched(about_from(facts)[0]) is None
