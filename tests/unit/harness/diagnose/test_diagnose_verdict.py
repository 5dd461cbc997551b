"""From what was measured to what is said: findings, symptoms, what is missing, and the exit code."""

from dataclasses import replace
from pathlib import Path

import pytest

from overlap.harness.diagnose.catalogue import interventions
from overlap.harness.diagnose.config import DiagnosisRequest
from overlap.harness.diagnose.observation import Observation
from overlap.harness.diagnose.report import compose
from overlap.harness.diagnose.run import Measurements
from overlap.harness.diagnose.verdict import diagnosis, to_json
from overlap.harness.model.record import Call, Served, Slot
from overlap.harness.report.formats import terminal
from overlap.harness.text.mistakes import Mistake

MS = 1_000_000
LIMIT = {"file": "app.py", "line": 8, "function": "<module>", "text": "Semaphore(4)", "path": "/home/me/app.py"}


def served(received, ended):
    """A request from *received* to *ended*, in ms."""
    took = (ended - received) * MS
    return Served(received * MS, [took], [took], took)


def seen(calls, *, peak=16, notes=None):
    """A watched slot with those requests for each of 16 calls."""
    made = [Call("app", 0, index, sent=0, done=500 * MS, served=calls) for index in range(16)]
    slot = Slot("app", 0, 0, 16, 0, 500 * MS, 10 * MS, peak=peak, requests=16, opened=0)
    return Observation(slot, made, notes or {}, ("ainvoke",), "gather_bounded", 16, "instant")


def measured(before, after, *, state="finished", **about):
    """Rounds in which a semaphore was lifted."""
    notes = {"semaphore": [{**LIMIT, "value": 4, "count": 12, "took": 900 * MS}]}
    rounds = [
        {"unchanged": {"p95": x * MS, "errors": 0.0}, "semaphore": {"p95": y * MS, "errors": 0.0}}
        for x, y in zip(before, after, strict=True)
    ]
    tried, untried = interventions(["semaphore"]), interventions(["barrier"])
    there = seen((served(0, 400),), peak=4, notes=notes)
    return Measurements(DiagnosisRequest("src/app.py:chain"), there, tried, untried, rounds, state=state, **about)


def test_the_trap_is_named_and_told_with_its_line():
    """The report says the answer first, and each part once."""
    made = measured([600, 603, 597], [150, 151, 149])
    found = diagnosis(made)
    assert (found.named, found.exit_code, list(found.symptoms)) == ("semaphore", 0, [])
    text = terminal.render(compose(made, found, "2026-01-01")).decode()
    assert "What to change in app.py:chain" in text
    assert "In the way: a limit of 4 calls at a time (app.py:8)." in text
    assert "barrier: no chain was run step by step over several inputs" in text


def test_what_no_intervention_explains_is_told_as_it_was_seen():
    """Lifted or not, it is as slow: then few requests in flight have another cause."""
    found = diagnosis(measured([600, 603, 597], [601, 599, 602]))
    assert found.named is None
    assert "never saw more than 4 requests in flight" in found.symptoms[0]
    assert "never saw more than 4 requests in flight" in found.answer


def test_a_held_loop_is_in_the_answer_with_its_innermost_line():
    """Half a second of 500 ms at most: a share of time does not pass 100 %."""
    line = {**LIMIT, "line": 12, "text": "postprocess(text)", "inner": "<listcomp>()", "count": 1}
    notes = {
        "held": [
            {**line, "inner_at": "app.py:9", "took": 690 * MS},
            {**line, "inner_at": "app.py:7", "took": 9 * MS},
        ]
    }
    made = Measurements(
        DiagnosisRequest("app.py:chain"), seen((served(0, 400),), notes=notes), [], [], [], state="finished"
    )
    found = diagnosis(made)
    assert "held 100 % of the time at app.py:9, in <listcomp>(), called at app.py:12" in found.answer
    assert len(found.symptoms) == 1


def test_a_library_at_an_await_is_no_place_to_mend():
    """The SDK computes in every call; there is nothing on that line that could be moved."""
    text = "r = await client.chat.completions.create(model=model)"
    note = {**LIMIT, "text": text, "inner": f"`{text}`", "inner_at": "app.py:8", "count": 1, "took": 100 * MS}
    made = Measurements(
        DiagnosisRequest("app.py:chain"), seen((served(0, 400),), notes={"held": [note]}), [], [], []
    )
    assert list(diagnosis(made).symptoms) == []


def test_calls_that_made_no_request_are_no_finding():
    """A cache answered them: whatever was faster then was no merit of an intervention."""
    made = measured([600, 603, 597], [150, 151, 149])
    made.seen = seen((), peak=4)
    found = diagnosis(made)
    assert found.answer.startswith("Nothing can be said: 16 of 16 calls made no request")
    assert found.named is None


def test_no_file_holds_a_path_of_the_machine():
    """The application's folder may name a person."""
    made = measured([600, 603, 597], [150, 151, 149])
    assert "/home" not in str(to_json(made, diagnosis(made), {}))


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({}, 0),
        ({"missing": {"semaphore": "no answer within 60 s"}}, 1),
        ({"state": "failed", "fault": "the server is gone"}, 1),
        ({"state": "interrupted"}, 130),
    ],
)
def test_the_exit_code_says_what_is_missing(about, code):
    """What was measured is kept and told, and a script is not told that all is well."""
    found = diagnosis(measured([600, 603, 597], [150, 151, 149], **about))
    assert found.exit_code == code
    assert bool(found.faults) == (code == 1)


def test_an_application_whose_every_call_fails_is_a_fault():
    """What would help it is not asked before it works; one call that did not fail is enough."""
    made = measured([600, 603, 597], [150, 151, 149])
    failing = replace(made.seen, calls=[replace(call, error="LookupError") for call in made.seen.calls])
    made = replace(made, seen=failing)
    assert diagnosis(made).exit_code == 1
    assert "every call failed" in diagnosis(made).faults[0]
    failing = replace(failing, calls=[*failing.calls, replace(failing.calls[0], error=None)])
    assert diagnosis(replace(made, seen=failing)).exit_code == 0


def test_a_run_interrupted_early_claims_nothing():
    """Two rounds are too few for a word of praise as well."""
    found = diagnosis(measured([600, 603], [150, 151], state="interrupted"))
    assert found.answer.startswith("Not enough was measured")
    assert found.named is None


def test_requests_in_waves_are_seen_without_abatch():
    """Two requests at once, the next two only when the slower of them has ended."""
    waves = (served(0, 50), served(0, 200), served(201, 400), served(201, 250))
    freely = (served(0, 50), served(51, 200), served(0, 200), served(201, 250))
    for requests, said in ((waves, 1), (freely, 0)):
        made = Measurements(DiagnosisRequest("app.py:chain"), seen(requests), [], [], [], state="finished")
        assert len(diagnosis(made).symptoms) == said


@pytest.mark.parametrize(
    "wrong", [{"rounds": 2}, {"calls": 0}, {"concurrency": 0}, {"tokens": 0}, {"slot_timeout": 0}]
)
def test_what_no_diagnosis_could_mean_is_refused(wrong):
    """Two rounds have no interval; the mistake names the option."""
    with pytest.raises(Mistake, match=next(iter(wrong))):
        DiagnosisRequest("app.py:chain", results=Path("results"), **wrong)


def test_an_unknown_intervention_says_what_there_is():
    """Known names are listed."""
    with pytest.raises(Mistake, match=r"no intervention 'magic'; there are: .*semaphore"):
        interventions(["magic"])


def test_failed_calls_are_counted_over_all_measured_rounds():
    """Two of three rounds had five failures: 10 of 3 times as many calls as a slot has."""
    made = measured([600, 603, 597], [601, 599, 602])
    for each in made.rounds[:2]:
        each["unchanged"]["errors"] = 5.0
    calls = 3 * made.asked.calls
    assert diagnosis(made).answer.startswith(
        f"10 of {calls} calls of the unchanged application failed; 0 of {calls} with semaphore. No trap was shown"
    )


def test_failures_of_the_watched_slot_alone_are_said_to_be_its_own():
    """In the measured rounds none failed."""
    made = measured([600, 603, 597], [601, 599, 602])
    first, *others = made.seen.calls
    made.seen = replace(made.seen, calls=[replace(first, error="HTTP 500"), *others])
    assert diagnosis(made).answer.startswith("1 of 16 calls failed in the watched slot. No trap was shown")
    assert "1 of 16 calls failed in the watched slot (HTTP 500)." in diagnosis(made).symptoms
