"""A recording that is interrupted keeps its calls, and claims nothing about what was not measured."""

import json

import pytest

from overlap.harness.model.config import config_from
from overlap.harness.model.record import Metered
from overlap.harness.recording import run
from overlap.harness.recording.file import EndpointRecording, Recorded, read, write
from overlap.harness.recording.fit import fits
from overlap.harness.recording.measure import MeasuredCalls, RecordingSize
from overlap.harness.recording.run import RecordingRequest

CALLS = tuple(Recorded((1_000_000 * n, 2_000_000 * n)) for n in range(1, 31))


@pytest.mark.parametrize("interrupted", [True, False])
def test_what_the_client_adds_is_measured_unless_nobody_waits(tmp_path, monkeypatch, interrupted):
    """After Ctrl-C it is unknown, not 0: the mock is not started, and the user is told."""
    started = []
    monkeypatch.setattr(run, "floor", lambda *_: started.append(1) or (5, 6, 7))
    measured = MeasuredCalls(CALLS, tuple(range(30)), (), Metered(31, 60), interrupted=interrupted)
    asked = RecordingRequest(
        config_from({"base_url": "http://127.0.0.1:9"}), RecordingSize(40, 4), 16, tmp_path / "r.json"
    )
    made = run._recording(asked, type("Remote", (), {"model": "m"}), measured)
    write(asked.out, made)
    known = (None, None, None) if interrupted else (5, 6, 7)
    assert (made.floor, made.spread, made.resolution) == known
    assert started == ([] if interrupted else [1])
    again = read(asked.out)
    assert (again.floor, again.spread, again.resolution) == known
    assert json.loads(asked.out.read_text())["floor"] == known[0]
    said = [fault for fault in run._faults(asked, measured, made) if "was not measured" in fault]
    assert len(said) == interrupted


def test_a_recording_of_unknown_resolution_is_compared_to_the_nanosecond():
    """Nothing is known that two values could differ by and still be the same."""
    unknown = EndpointRecording(CALLS, 4, None, None, None, {})
    zero = EndpointRecording(CALLS, 4, 0, 0, 0, {})
    assert fits(unknown, CALLS) == fits(zero, CALLS)
