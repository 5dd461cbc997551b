"""What the report says of a load run."""

from pathlib import Path

import pytest

from overlap.harness.report.sections.load import section
from overlap.harness.stats.cells import Summary
from overlap.harness.store.run_about import RunAbout, about_from
from overlap.harness.store.run_files import Run

LOAD = {"calls": 80, "due": None, "sent": None, "failed": 0, "left": 0, "cut": 0, "notes": [], "remarks": []}


def _run(load):
    return Run(Path("x"), about_from({"load": load})[0], (), (), ())


def _lead(**about):
    found = section(Summary(_run(LOAD | about), ()))
    return found.lead if found else None


def test_a_run_of_another_kind_has_no_such_section():
    """Nor has a load run of an older Overlap, which did not count all of this."""
    run = Run(Path("x"), RunAbout(), (), (), ())
    assert section(Summary(run, ())) is None
    assert section(Summary(_run({"loop": "closed", "notes": []}), ())) is None


@pytest.mark.parametrize(
    ("about", "lead"),
    [
        ({}, "80 calls were made."),
        (
            {"failed": 3, "left": 2, "cut": 1},
            "80 calls were made: 3 failed, 2 left by their users, 1 cut off by the end of the test.",
        ),
        ({"due": 80, "sent": 17, "failed": 63}, "80 calls were due, 17 were sent: 63 failed or were never sent."),
        ({"due": 80, "sent": 80}, "80 calls were due, 80 were sent."),
        ({"calls": 1, "due": 1, "sent": 1}, "1 call was due, 1 was sent."),
        (
            {"slo": {"said": "SLO met: 100.0% of 80 calls"}, "limits": "every call failed: 2 of 2"},
            "80 calls were made. SLO met: 100.0% of 80 calls. Every call failed: 2 of 2.",
        ),
        ({"notes": ["a bug"], "remarks": ["Users think."]}, "80 calls were made. A bug. Users think."),
    ],
)
def test_the_lead_says_what_became_of_the_calls(about, lead):
    """Due, sent, failed, left, cut off; then verdicts, what is wrong, and what is worth knowing."""
    assert _lead(**about) == lead


def test_each_endpoint_has_its_verdict():
    """A bad one does not hide among good ones."""
    rows = [
        {"endpoint": "agent", "met": False, "calls": 3, "kept": 0},
        {"endpoint": "chat", "met": True, "calls": 97, "kept": 96},
    ]
    found = section(Summary(_run(LOAD | {"slo": {"endpoints": rows}}), ()))
    assert found is not None
    assert [[each.text for each in row] for row in found.table.rows] == [
        ["agent", "missed", "3", "0.0"],
        ["chat", "met", "97", "99.0"],
    ]
