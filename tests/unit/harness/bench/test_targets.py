"""What a run is about, as it was typed."""

import pytest

from overlap.harness.bench import targets
from overlap.harness.host.environment import given
from overlap.harness.model.config import config_from
from overlap.harness.text.mistakes import Mistake


def asked(*words, **options):
    """What *words* name."""
    return targets.subjects(config_from(options), words)


@pytest.fixture
def app(tmp_path, monkeypatch):
    """An application that says so when it is imported."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_app.py").write_text("raise SystemExit('imported in the parent')")
    return "own_app.py:chain"


def test_an_application_is_planned_without_being_imported(app):
    """It may have side effects; its own client, every strategy, and what the flags say."""
    [subject] = asked(app, concurrency="3", rounds="2")
    [plan] = subject.plans
    assert (subject.title, plan.subject, plan.clients, plan.strategies) == (app, app, ("own",), ())
    assert (plan.concurrency, plan.rounds) == ((3,), 2)


def test_scenarios_of_the_registry_are_what_they_were():
    """Their question is their docstring's first line, and they have no subject."""
    [subject] = asked("two_steps")
    assert subject.question.startswith("Does abatch make every input wait")
    assert {plan.subject for plan in subject.plans} == {""}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"clients": "aiohttp"}, r"own_app\.py:chain has a client of its own: leave out --clients"),
        ({"variants": "6"}, r"leave out --variants"),
        ({"inputs": "gone.jsonl"}, r"cannot read gone\.jsonl"),
        ({"env": "OVERLAP_NOT_SET"}, r"the environment variable OVERLAP_NOT_SET, which env names, is not set"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_started(app, options, said):
    """One line each."""
    with pytest.raises(Mistake, match=said):
        asked(app, **options)


def test_a_file_that_is_not_there_is_named(app):
    """Before a worker is started for it."""
    del app
    with pytest.raises(Mistake, match=r"there is no file gone\.py$"):
        asked("gone.py")


def test_a_value_in_place_of_a_variables_name_is_not_repeated():
    """It may be the key itself."""
    with pytest.raises(Mistake, match="env takes NAMES") as refused:
        given(["sk-proj-0123456789"])
    assert "0123" not in str(refused.value)


def test_variables_are_passed_on_by_their_names(monkeypatch):
    """With the values they have here."""
    monkeypatch.setenv("OVERLAP_TEST_KEY", "value")
    assert given(["OVERLAP_TEST_KEY"]) == {"OVERLAP_TEST_KEY": "value"}
