"""A recording on file, and how far two samples lie apart."""

import json
from dataclasses import replace

import numpy as np
import pytest
import scipy

from overlap.harness.recording.distance import kolmogorov_smirnov, wasserstein
from overlap.harness.recording.file import EndpointRecording, Recorded, read, write
from overlap.harness.recording.fit import fits
from overlap.harness.text.mistakes import Mistake

MS = 1_000_000
CALLS = tuple(
    Recorded(tuple(first * MS + at * gap * MS for at in range(5 + first % 3)), 9)
    for first, gap in zip(range(40, 100), [3, 5, 9] * 20, strict=True)
)
RECORDING = EndpointRecording(CALLS, 4, 200_000, 50_000, 20_000, {"model": "llama", "name": None})


def test_what_is_written_is_read(tmp_path):
    """Times and counts to the nanosecond, one call a line."""
    path = tmp_path / "a.json"
    write(path, RECORDING)
    assert read(path) == RECORDING
    assert len(path.read_text().splitlines()) > len(CALLS)
    assert set(json.loads(path.read_text())["calls"][0]) == {"tokens", "chunks"}


def test_a_recording_that_was_changed_is_refused(tmp_path):
    """One digit of one chunk; a recording from before there were digests is taken as it is."""
    path = tmp_path / "a.json"
    write(path, RECORDING)
    found = json.loads(path.read_text())
    found["calls"][0]["chunks"][0] += 1
    path.write_text(json.dumps(found))
    with pytest.raises(Mistake, match="was changed since it was written"):
        read(path)
    del found["digest"]
    path.write_text(json.dumps(found))
    assert read(path).calls[0].chunks[0] == RECORDING.calls[0].chunks[0] + 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot read"),
        ("{", "is no recording"),
        ("[]", "is no recording"),
        ('{"format": "overlap-recording", "version": 9}', "has format overlap-recording 9"),
        ('{"format": "overlap-recording", "version": 1, "calls": []}', "has no calls"),
        ('{"format": "overlap-recording", "version": 1, "calls": [{"chunks": ["a"]}]}', "is no recording"),
    ],
)
def test_a_file_that_is_no_recording_is_refused_in_a_line(tmp_path, content, said):
    """With its name."""
    path = tmp_path / "odd.json"
    if content:
        path.write_text(content)
    with pytest.raises(Mistake, match=said) as wrong:
        read(path)
    assert "odd.json" in str(wrong.value)


@pytest.mark.parametrize("seed", range(20))
def test_distances_are_those_of_the_textbook(seed):
    """Scipy works them out by other means; ties and samples of different sizes among them."""
    rng = np.random.default_rng(seed)
    one = rng.lognormal(0, 1, rng.integers(1, 200)).round(1)
    other = rng.lognormal(0.1, 1.2, rng.integers(1, 200)).round(1)
    assert kolmogorov_smirnov(one, other) == pytest.approx(scipy.stats.ks_2samp(one, other).statistic)
    assert wasserstein(one, other) == pytest.approx(scipy.stats.wasserstein_distance(one, other))


def test_what_the_client_cannot_tell_apart_is_no_distance():
    """Values off by less than the resolution, to both sides; what is off by more counts in full."""
    rng = np.random.default_rng(1)
    sample = rng.lognormal(0, 1, 500)
    assert kolmogorov_smirnov(sample, sample + rng.uniform(-0.01, 0.01, 500), 0.0101) == 0
    assert kolmogorov_smirnov(sample, sample + 100, 0.01) == 1
    with pytest.raises(ValueError, match="without values"):
        wasserstein([], sample)


def test_a_short_recording_forgives_no_more_than_a_long_one():
    """Of 20 calls or of 2,000, a replay that is late by a third of the standard deviation is not called closer."""
    rng = np.random.default_rng(3)
    for count in (20, 2000):
        firsts = [round(first) for first in rng.normal(500 * MS, 60 * MS, count)]
        recording = replace(RECORDING, calls=tuple(Recorded((first,)) for first in firsts))
        late = [Recorded((first + 20 * MS,)) for first in firsts]
        [ttft] = [each for each in fits(recording, late) if each.quantity == "TTFT"]
        assert not ttft.close


def test_halves_are_compared_as_if_they_had_as_many_calls():
    """Two independent samples of one endpoint are closer than half to half about every other time."""
    rng = np.random.default_rng(4)
    closer = 0
    for _ in range(60):
        one, other = (rng.normal(500 * MS, 60 * MS, 60).astype(int).tolist() for _ in range(2))
        recording = replace(RECORDING, calls=tuple(Recorded((first,)) for first in one))
        again = [Recorded((first,)) for first in other]
        [ttft] = [each for each in fits(recording, again, same=False) if each.quantity == "TTFT"]
        closer += ttft.shift < ttft.shift_halves
    assert 15 <= closer <= 45


def test_a_replay_of_the_very_calls_is_closer_than_half_to_half():
    """And one whose first tokens come 20 ms later, or whose gaps are all alike, is not."""
    assert all(each.close for each in fits(RECORDING, CALLS))
    late = [Recorded(tuple(at + 20 * MS for at in call.chunks)) for call in CALLS]
    assert [each.close for each in fits(RECORDING, late)] == [False, True, True]
    even = [Recorded(tuple(call.ttft + i * 6 * MS for i in range(len(call.chunks)))) for call in CALLS]
    assert [each.close for each in fits(RECORDING, even)] == [True, False, True]
