"""Server-sent events and JSON lines, wherever their bytes are cut."""

import pytest

from overlap.harness.streams.sse import Event, EventReader, JsonReader, reader_of

STREAM = (
    b"\xef\xbb\xbf: hello\r\nevent: token\r\nid: 1\r\ndata: a\xc3\xa9\r\n\r\n"
    b"data: two\rdata: lines\r\rdata: last\n"
)
EVENTS = [Event("token", "aé".encode()), Event("", b"two\nlines"), Event("", b"last")]


@pytest.mark.parametrize("size", [*range(1, 12), 1000])
def test_events_are_the_same_wherever_the_bytes_are_cut(size):
    """A mark, comments, three kinds of line ends, a character and a CR LF cut in two, and no final blank line."""
    reader = EventReader()
    events = [event for at in range(0, len(STREAM), size) for event in reader.feed(STREAM[at : at + size])]
    assert events + reader.end() == EVENTS


def test_one_space_after_the_colon_is_no_part_of_the_data():
    """The second one is: a token may be nothing but a space."""
    assert EventReader().feed(b"data:  \n\ndata:x\n\n") == [Event("", b" "), Event("", b"x")]


def test_an_event_without_data_is_its_name():
    """`event: end` says something, and a comment says nothing."""
    assert EventReader().feed(b"event: end\n\n: ping\n\n\n") == [Event("end", b"")]


VALUES = [b'{"a": 1}', b'"text"', b'{\n  "b": [\n    {"c": 2}\n  ]\n}', b"no json"]


@pytest.mark.parametrize("size", [*range(1, 9), 1000])
def test_json_values_are_the_same_wherever_the_bytes_are_cut(size):
    """One a line, one over five lines, and a line that is none; the last one has no newline."""
    whole = b"\n".join(VALUES)
    reader = JsonReader()
    events = [event for at in range(0, len(whole), size) for event in reader.feed(whole[at : at + size])]
    assert [event.data for event in events + reader.end()] == VALUES


@pytest.mark.parametrize(
    "text",
    [
        b'[{"a": 1},\n{"a": 2}\n]',
        b'[{\n"a": 1\n}\n,\n{\n"a": 2\n}\n]\n',
        b'[\n{"a": 1},\n{"a": 2}]\n',
        b'\x1e{"a": 1}\n\x1e{"a": 2}\n',
    ],
)
def test_the_elements_of_an_array_are_values_of_their_own(text):
    """As Gemini streams them, and as application/json-seq separates them."""
    reader = JsonReader()
    events = reader.feed(text) + reader.end()
    assert [event.data.replace(b"\n", b"") for event in events] == [b'{"a": 1}', b'{"a": 2}']


@pytest.mark.parametrize(
    ("kind", "start", "reader"),
    [
        ("Text/Event-Stream; charset=UTF-8", b"anything", EventReader),
        ("application/x-ndjson", b"{", JsonReader),
        ("application/json", b"{", JsonReader),
        ("text/plain", b'event: token\ndata: "a"', EventReader),
        ("", b'{"a":1}\n', JsonReader),
        ("text/plain", b"Good morning", None),
        ("text/plain", b"data are plural", None),
        ("audio/mpeg", b"data: x", None),
    ],
)
def test_a_body_is_read_as_what_it_is(kind, start, reader):
    """By its type, and where that says nothing, by how it begins."""
    made = reader_of(kind, start)
    assert made is None if reader is None else isinstance(made, reader)
