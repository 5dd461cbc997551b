"""HTTP/1.1 by hand: answers put together from bytes that are cut anywhere."""

import pytest

from overlap.harness.clients._raw import RawResponse

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7;x=y\r\n, world\r\n0\r\n\r\n"
COUNTED = b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 5\r\nConnection: close\r\n\r\nlater"


def read(data: bytes, size: int) -> tuple[RawResponse, bytes]:
    """Feed *data* in pieces of *size* bytes; return the answer and its body."""
    answer = RawResponse()
    parts = [answer.feed(data[at : at + size]) for at in range(0, len(data), size)]
    return answer, b"".join(parts)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 40, 1000])
def test_an_answer_is_the_same_wherever_it_was_cut(size):
    """Chunks and lengths, byte by byte or all at once."""
    answer, body = read(CHUNKED, size)
    assert (answer.status, body, answer.complete, answer.keep) == (200, b"hello, world", True, True)
    answer, body = read(COUNTED, size)
    assert (answer.status, body, answer.complete, answer.keep) == (429, b"later", True, False)


@pytest.mark.parametrize("whole", [CHUNKED, COUNTED])
def test_an_answer_is_complete_with_its_last_byte_and_not_before(whole):
    """A connection that ends one byte early has broken an answer off."""
    answer, _ = read(whole[:-1], 9)
    assert not answer.complete
    assert not answer.ended()


def test_without_a_length_the_end_of_the_connection_is_the_end_of_the_answer():
    """And such a connection can carry no second one."""
    answer, body = read(b"HTTP/1.0 200 OK\r\n\r\nall there is", 5)
    assert (body, answer.complete, answer.keep) == (b"all there is", False, False)
    assert answer.ended()


def test_an_answer_without_a_body_is_complete_with_its_head():
    """A length of nothing."""
    answer, body = read(b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", 1000)
    assert (answer.status, body, answer.complete) == (503, b"", True)


def test_what_is_no_http_is_refused():
    """Another protocol on that port."""
    with pytest.raises(ValueError, match="invalid literal"):
        read(b"SSH-2.0-OpenSSH what is this\r\n\r\n", 1000)
