"""
Server-sent events and JSON lines, out of bytes that may be cut anywhere; no socket, no clock.

Both readers have the same two methods: `feed` returns the events that some bytes complete, `end` returns what the
end of the body completes. What an event means is another module's job (`overlap.harness.streams.deltas`).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from overlap.harness.text import fast_json

BOM = b"\xef\xbb\xbf"
_LINE_END = re.compile(rb"\r\n|\n|\r")
# A pretty-printed object is put together from its lines; no server streams one longer than this.
_LONGEST = 4_194_304
_BETWEEN = b" \t\r\n,\x1e"


class Event(NamedTuple):
    """One event: its name ("" where it has none) and its data, lines joined by a newline."""

    name: str
    data: bytes


class EventReader:
    r"""
    Reads `text/event-stream` as the HTML standard has it.

    Lines end with CR LF, LF or CR, also where a pair of them is cut in two. A byte order mark at the start,
    comments and unknown fields are skipped. Unlike in the standard, the last event needs no blank line behind it.

    >>> reader = EventReader()
    >>> reader.feed(b"event: token\r\ndata: a\r\n\r"), reader.feed(b"\ndata: b\n"), reader.end()
    ([Event(name='token', data=b'a')], [], [Event(name='', data=b'b')])
    """

    def __init__(self) -> None:
        self._rest = b""
        self._begun = False
        self._after_cr = False
        self._name = b""
        self._data: list[bytes] = []

    def feed(self, body: bytes) -> list[Event]:
        """Return the events that *body* completes."""
        if self._after_cr and body:
            # The CR before it has already ended the line: this LF belongs to it.
            body = body.removeprefix(b"\n")
            self._after_cr = False
        text = self._without_mark(self._rest + body)
        if text is None:
            return []
        if b"\r" in text:
            self._after_cr = text.endswith(b"\r")
            *lines, self._rest = _LINE_END.split(text)
        else:
            *lines, self._rest = text.split(b"\n")
        return [event for line in lines if (event := self._line(line)) is not None]

    def end(self) -> list[Event]:
        """Return the last event where its blank line is missing; the stream is over."""
        rest, self._rest = self._rest, b""
        events = [event for line in (rest, b"") if (event := self._line(line)) is not None]
        self._data.clear()
        return events

    def _without_mark(self, text: bytes) -> bytes | None:
        """Return *text* without a byte order mark at the stream's start; None while that cannot be told."""
        if self._begun:
            return text
        if len(text) < len(BOM) and BOM.startswith(text):
            self._rest = text
            return None
        self._begun = True
        return text.removeprefix(BOM)

    def _line(self, line: bytes) -> Event | None:
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value
        return None

    def _dispatch(self) -> Event | None:
        name, self._name = self._name, b""
        if not self._data and not name:
            return None
        # The standard drops an event without data; its name alone may say that a stream failed or ended.
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data = []
        return Event(name.decode("utf-8", "replace") if name else "", data)


class JsonReader:
    """
    Reads JSON values that follow one another: one a line, pretty-printed, or as the elements of one array.

    Each value is an event without a name. A line that is no JSON and begins none is an event as it stands.

    >>> reader = JsonReader()
    >>> [event.data for event in reader.feed(b'{"a":1}' + bytes([10]) + b'{"a":')]
    [b'{"a":1}']
    >>> [event.data for event in reader.feed(b'2}') + reader.end()]
    [b'{"a":2}']
    """

    def __init__(self) -> None:
        self._rest = b""
        self._begun = b""

    def feed(self, body: bytes) -> list[Event]:
        """Return the values that *body* completes."""
        *lines, self._rest = (self._rest + body).split(b"\n")
        return [event for line in lines if (event := self._line(line)) is not None]

    def end(self) -> list[Event]:
        """Return the value that has no newline behind it; the stream is over."""
        rest, self._rest = self._rest, b""
        event = self._line(rest)
        self._begun = b""
        return [] if event is None else [event]

    def _line(self, line: bytes) -> Event | None:
        text = self._begun + (line if self._begun else line.removeprefix(BOM))
        # Commas of an array and the record separator of application/json-seq stand between values.
        value = text.strip(_BETWEEN)
        for candidate in _candidates(value):
            if _is_json(candidate):
                self._begun = b""
                return Event("", candidate)
        if value.startswith((b"{", b"[")) and len(text) < _LONGEST:
            self._begun = text + b"\n"
            return None
        self._begun = b""
        return Event("", value) if value.strip(b"]") else None


def _candidates(value: bytes) -> Iterator[bytes]:
    """Yield *value* as it stands, then as the first and as the last element of an array."""
    yield value
    if value.startswith(b"["):
        yield value[1:].strip(_BETWEEN)
    if value.startswith(b"{") and value.endswith(b"]"):
        yield value[:-1].strip(_BETWEEN)


def _is_json(value: bytes) -> bool:
    try:
        fast_json.loads(value)
    except ValueError:
        return False
    return True


def reader_of(content_type: str, start: bytes) -> EventReader | JsonReader | None:
    """
    Return the reader for a body of *content_type* that begins with *start*; None where it is neither kind.

    Services label streams wrongly often enough: where the type says nothing of streams, the first bytes decide.

    >>> type(reader_of("text/plain", b'data: {"a"')).__name__, reader_of("text/plain", b"Good morning")
    ('EventReader', None)
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/event-stream":
        return EventReader()
    start = start.removeprefix(BOM).lstrip()
    if kind in _JSON or (kind in _VAGUE and start.startswith((b"{", b"[{"))):
        return JsonReader()
    if kind in _VAGUE and start.startswith(_BEGINNINGS):
        return EventReader()
    return None


def may_begin(start: bytes) -> bool:
    """
    Return whether *start* is too short to tell an event stream, or a JSON array, from anything else.

    >>> may_begin(b"da"), may_begin(b"data: x"), may_begin(b"Good morning")
    (True, False, False)
    """
    return any(len(start) < len(each) and each.startswith(start) for each in (*_BEGINNINGS, b"[{", BOM))


_JSON = frozenset(
    {
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonl",
        "application/jsonlines",
        "application/x-jsonlines",
        "application/json-lines",
        "application/json-seq",
        "application/stream+json",
        "application/json",
    }
)
_BEGINNINGS = (b"data:", b"event:", b"id:", b"retry:", b": ")
_VAGUE = frozenset({"", "text/plain", "application/octet-stream", "text/html", "binary/octet-stream"})
