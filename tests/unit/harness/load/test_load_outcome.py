"""The exit code of a load run, from what came of it."""

from pathlib import Path

import pytest

from overlap.harness.load.command import code
from overlap.harness.load.config import config_from
from overlap.harness.load.run import Outcome
from overlap.harness.load.slo import limits
from overlap.harness.model.record import Call


def _outcome(**about):
    return Outcome(**{"folder": Path(), "state": "finished", "notes": (), "judged": None, "calls": 100} | about)


SLO = limits("e2e=2", 0.5)
MET = SLO.judge([Call("a", 0, 0, 0, 1)])
MISSED = SLO.judge([Call("a", 0, 0, 0, 9 * 10**9)])


@pytest.mark.parametrize(
    ("about", "exit_code"),
    [
        ({}, 0),
        ({"failed": 99}, 0),
        ({"failed": 100}, 1),
        ({"failed": 1, "allowed": 0.01}, 0),
        ({"failed": 2, "allowed": 0.01}, 1),
        ({"failed": 0, "allowed": 0.0}, 0),
        ({"failed": 1, "allowed": 0.0}, 1),
        ({"judged": MET}, 0),
        ({"judged": MISSED}, 1),
        ({"judged": MET, "failed": 100}, 1),
        ({"judged": MET, "notes": ("a user of the locustfile raised KeyError",)}, 1),
        ({"remarks": ("worth knowing",)}, 0),
        ({"state": "failed"}, 1),
        ({"state": "interrupted", "failed": 100}, 130),
    ],
)
def test_the_exit_code_says_whether_all_was_kept(about, exit_code):
    """The SLO, the share of failures, the run itself; a remark is nothing wrong."""
    assert code(_outcome(**about)) == exit_code


@pytest.mark.parametrize(("words", "share"), [("1%", 0.01), ("0.01", 0.01), ("0", 0), ("100%", 1)])
def test_the_share_of_failures_is_said_either_way(words, share):
    """In percent, or as a number up to 1."""
    assert config_from({"max_errors": words}).errors_allowed() == pytest.approx(share)
