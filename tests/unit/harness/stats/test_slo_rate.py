"""An SLO search read back: rates over rounds, and those that lie beyond what was tried."""

import pytest

from harness.report.sections.slo import section
from harness.stats.cells import Summary
from harness.stats.slo_rate import searched
from harness.store import Run


def cell(strategy, *rounds):
    """What run.json has of one cell, a pair of kept and missed a round."""
    named = {"scenario": "s", "client": "c", "strategy": strategy, "loop": "asyncio", "concurrency": 4}
    tried = [{"rate": 1.0, "calls": 50, "share": 1.0, "slot": 0}]
    return {
        "cell": named,
        "rounds": [{"kept": kept, "missed": missed, "whole": True, "tried": tried} for kept, missed in rounds],
    }


def about(*cells):
    """A run.json with a search for e2e within a second."""
    facts = {
        "slo": {"e2e": 1e9},
        "share": 0.95,
        "arrivals": "poisson",
        "duration": 5.0,
        "least": 0.5,
        "most": 200.0,
    }
    return {"search": {**facts, "precision": 1.05, "cells": list(cells)}}


def test_a_round_gives_the_middle_between_kept_and_missed():
    """Geometric, as rates are; over rounds with an interval."""
    [reached] = searched(about(cell("a", (20, 45), (20, 20), (45, 45)))).found
    assert reached.rate.value == pytest.approx(30, rel=0.02)
    assert reached.rate.low < 30 < reached.rate.high
    assert (reached.rounds, reached.slots, reached.calls, reached.beyond) == (3, 3, 150, "")


def test_beyond_what_was_tried_there_is_no_number():
    """One round without an end is enough: an estimate of the others would be too low."""
    low, high = searched(about(cell("low", (None, 0.5), (1, 2)), cell("high", (10, 20), (200, None)))).found
    assert (low.rate, low.beyond) == (None, "<")
    assert (high.rate, high.beyond) == (None, "≥")


def test_a_broken_round_is_left_out():
    """Its launch died: what it had tried counts as calls, not as an answer."""
    fact = cell("a", (20, 20), (None, None))
    fact["rounds"][1]["whole"] = False
    [reached] = searched(about(fact)).found
    assert (reached.rate.value, reached.rounds, reached.calls) == (20, 1, 100)


@pytest.mark.parametrize("facts", [{}, {"search": None}, {"search": {"cells": [{}]}}, {"search": {"cells": 3}}])
def test_what_cannot_be_understood_is_no_search(facts):
    """A run from elsewhere is still worth a report."""
    assert searched(facts) is None


def test_the_answer_names_the_first_and_shows_all(tmp_path):
    """The highest rate on top; what lies beyond says so."""
    facts = about(
        cell("slow", (10, 10), (10, 10), (10, 10)), cell("fast", (200, None)), cell("never", (None, 0.5))
    )
    said = section(Summary(Run(tmp_path, facts, (), (), ()), ()))
    assert said.lead.startswith("fast takes at least 200/s, the highest that was tried, for 95 % of calls to keep")
    assert [(row[0].text, row[1].text) for row in said.table.rows] == [
        ("fast", "≥ 200"),
        ("slow", "10.0"),
        ("never", "< 0.500"),
    ]


def test_nothing_kept_is_said_as_plainly(tmp_path):
    """No strategy did, at the lowest rate there was."""
    said = section(Summary(Run(tmp_path, about(cell("never", (None, 0.5))), (), (), ()), ()))
    assert said.lead.startswith("No strategy got 95 % of calls to keep e2e ≤ 1000 ms")
