"""One answer as a load run reads it: when its output came, and what is wrong with it."""

import pytest

from overlap.harness.load.reading import Reading
from overlap.harness.load.wire import ServiceReply
from overlap.harness.probe import CallMark, Item


def _read(parts, head=b"Content-Type: text/event-stream\r\n", status=200, **how):
    """Read the body of *parts*, one a millisecond; return its mark and what is wrong with it."""
    mark = CallMark(Item(0, ""))
    reading = Reading(mark, [], **{"streamed": True, **how})
    answer = ServiceReply(reading.take, reading.begin)
    body = b"".join(parts)
    answer.feed(b"HTTP/1.1 %d X\r\n%sContent-Length: %d\r\n\r\n" % (status, head, len(body)), 0)
    for now, part in enumerate(parts, 1):
        answer.feed(part, now)
    reading.end()
    return mark, reading.error(answer), reading.beside


REASONING = b'data: {"choices":[{"delta":{"reasoning_content":"hm"}}]}\n\n'
CONTENT = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n'


def test_reasoning_is_timed_apart_from_the_answer():
    """Two pieces of reasoning, then two of the answer: the first of each has a time of its own."""
    mark, error, beside = _read([REASONING, REASONING, CONTENT, CONTENT, b"data: [DONE]\n\n"])
    assert mark.chunks == [3, 4]
    assert (error, beside.reasoning, beside.ended) == (None, 1, True)


def test_what_the_end_completes_came_with_the_last_read():
    """A last event without a blank line was there when it was read."""
    mark, error, _ = _read([CONTENT, CONTENT[:-1]])
    assert (mark.chunks, error) == ([1, 2], None)


@pytest.mark.parametrize(
    ("head", "part", "pieces"),
    [
        (b"Content-Type: application/x-ndjson\r\n", b'{"text":"a"}\n{"text":"b"}\n', 2),
        (b"Content-Type: text/plain\r\n", b'data: {"text":"a"}\n\n', 1),
        (b"", b"plain words", 1),
        (b"Content-Type: application/json\r\n", b'{"answer":"a"}', 1),
    ],
)
def test_a_body_is_counted_by_what_it_is(head, part, pieces):
    """Lines, events under another name, bytes, and a whole object that was asked for as a stream."""
    mark, error, _ = _read([part], head)
    assert (len(mark.chunks), error) == (pieces, None)


@pytest.mark.parametrize(
    ("parts", "head", "status", "error"),
    [
        ([b"x"], b"Content-Encoding: br\r\n", 200, "NoOutput: compressed (br), which cannot be read as it comes"),
        ([], b"", 200, "NoOutput: the body was empty"),
        ([b'{"error":{"type":"rate_limit_exceeded"}}'], b"", 429, "HTTP 429 rate_limit_exceeded"),
        ([b'{"error":{"type":"OpenAIAPIError 500"}}'], b"", 502, "HTTP 502 OpenAIAPIError 500"),
        ([b'{"error":{"type":"no, you said: secret"}}'], b"", 400, "HTTP 400"),
        ([b"<html>"], b"", 503, "HTTP 503"),
    ],
)
def test_what_is_wrong_with_an_answer_is_named(parts, head, status, error):
    """By status and code; no words of a message get into a file."""
    assert _read(parts, head, status)[1] == error


def test_an_answer_that_comes_whole_is_not_counted_by_its_parts():
    """It has an end and no pieces."""
    mark, error, _ = _read([b"a", b"b"], streamed=False)
    assert (mark.chunks, error) == ([], None)
