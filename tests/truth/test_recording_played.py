"""A recording whose calls are known, played and measured in real time; and what the measuring client adds."""

import json

from overlap.harness.recording.file import Recorded
from overlap.harness.recording.known import floor, played
from overlap.harness.recording.measure import RecordingSize

MS = 1_000_000
CALLS = [[(10 + 7 * i) * MS + k * (2 + i) * MS for k in range(3 + i)] for i in range(6)]


def test_every_call_is_played_as_it_was_recorded(tmp_path):
    """Chunk by chunk, none early; how late a busy machine makes them is no fault of the recording's."""
    path = tmp_path / "rec.json"
    facts = {"format": "overlap-recording", "version": 1, "floor": 0}
    path.write_text(json.dumps({**facts, "calls": [{"chunks": chunks} for chunks in CALLS]}))
    found = played(path, RecordingSize(len(CALLS), 1), "recorded").calls
    assert [len(call.chunks) for call in found] == [len(chunks) for chunks in CALLS]
    for call, chunks in zip(found, CALLS, strict=True):
        assert all(seen >= planned for seen, planned in zip(call.chunks, chunks, strict=True))
        assert call.tokens == len(chunks)


def test_what_the_client_adds_is_found_against_the_calls_themselves():
    """It adds to a first token, and no gap is kept to the nanosecond; by how much is the machine's affair."""
    found = floor([Recorded(tuple(chunks)) for chunks in CALLS], 2)
    assert found.added > 0
    assert found.resolution > 0
