"""What is told before a diagnosis: applications that cannot be meant, that fail, or that ask somebody else."""

import pytest

from overlap.harness.diagnose import preflight
from overlap.harness.diagnose.config import DiagnosisRequest
from overlap.harness.mock.journal import Journal
from overlap.harness.model.record import Served
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.results import FirstCalls


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("strategies", "takes an application, as in app.py:chain"),
        ("app.py", "takes an application, as in app.py:chain"),
        ("nowhere.py:chain", "there is no file nowhere.py"),
    ],
)
def test_what_is_no_application_is_told_before_anything_is_started(target, said):
    """A scenario has a plan of its own, and a file without an object is one."""
    with pytest.raises(Mistake, match=said):
        preflight.check(DiagnosisRequest(target))


def test_inputs_that_cannot_be_read_are_told_too(tmp_path):
    """The line that is wrong is named."""
    inputs = tmp_path / "questions.jsonl"
    inputs.write_text('"What?"\n{"question": \n')
    with pytest.raises(Mistake, match=r"questions\.jsonl, line 2"):
        preflight.check(DiagnosisRequest("package.module:chain", inputs=inputs))


REQUEST = (None, Served(0, [1], [1], 1))
FAILED = "app.py, line 3: KeyError: 'language'"


@pytest.mark.parametrize(
    ("errors", "requests", "said"),
    [
        ([FAILED] * 3, (), "its first 3 calls all failed: app.py, line 3: KeyError"),
        ([], (), "no request of app.py:chain reached the mock"),
        ([FAILED], (REQUEST, REQUEST), None),
        ([], (REQUEST,), None),
    ],
)
def test_the_first_calls_must_come_back_from_the_mock(monkeypatch, errors, requests, said):
    """An application that fails at times can be diagnosed; one that always does, or asks elsewhere, cannot."""
    monkeypatch.setattr(preflight, "take", lambda _url: Journal(1, 1, 0, requests))

    def tried(order):
        assert order.warmup >= 2
        return FirstCalls(3, 0, errors, {})

    def first():
        preflight.first_calls(DiagnosisRequest("app.py:chain"), tried, "http://127.0.0.1:9", "gather_bounded")

    if said is None:
        first()
    else:
        with pytest.raises(Mistake, match=said):
            first()
