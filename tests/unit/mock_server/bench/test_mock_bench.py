"""The mock's benchmark: its figures, its sentence on saturation, its chart, and that nothing is left over."""

import select
import socket
from pathlib import Path

import pytest

from overlap.mock_server.bench import memory, streams
from overlap.mock_server.bench.processes import cores, request, started
from overlap.mock_server.bench.streams import StreamTimes, measured, quantile, saturation

MS = 1_000_000


def seen(streams: int, late: float, broken: int = 0) -> StreamTimes:
    """Return a measurement in which every last token was *late* ms late."""
    last = [round(late * MS)] * (streams - broken)
    return StreamTimes(streams, last, last, last, last, [], broken, 0.5)


def test_a_quantile_is_one_of_the_values():
    """The smallest that so many do not exceed: of 1 to 100, the 99th percentile is 99."""
    values = list(range(1, 101))
    assert [quantile(values, share) for share in (0.0, 0.5, 0.99, 1.0)] == [1, 50, 99, 100]
    assert quantile([], 0.5) is None


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ([seen(100, 1), seen(200, 2)], "within 10 ms up to 200 streams"),
        ([seen(100, 1), seen(200, 20)], "between 100 and 200 streams"),
        ([seen(100, 1), seen(200, 2, broken=1)], "between 100 and 200 streams"),
        ([seen(100, 20), seen(200, 30)], "passed 10 ms at 100 streams"),
        ([seen(100, 20), seen(200, 2)], "busy with something else"),
    ],
)
def test_saturation_is_told_as_it_was_found(found, words):
    """Between which numbers it lies, or why it cannot be said."""
    assert words in saturation(found)


def test_the_chart_names_its_axes_and_units(tmp_path: Path):
    """A reader sees what is late, by how much, and against what."""
    from overlap.mock_server.bench import chart  # which brings Matplotlib

    path = tmp_path / "docs" / "lateness.svg"
    chart.drawn([seen(100, 0.1), seen(1000, 0.5), seen(3000, 30)], path)
    text = path.read_text(encoding="utf-8")
    assert "last token late, ms" in text
    assert "streams at once" in text


def test_lateness_is_against_the_servers_own_plan():
    """What the client saw is never before what the server wrote, and both follow the plan."""
    with started("--port", "0", "--profile", "steady,ttft=0.02,itl=0.001", "--tokens", "10") as server:
        found = measured(server, 3, 20)
    assert (found.broken, len(found.planned), len(found.every)) == (0, 3, 30)
    assert found.last[0] >= found.server[0] >= 0


def test_a_request_carries_its_tag_and_headers():
    """The bytes are those of a small chat request."""
    sent = request(stream=True, tag="000042", headers={"x-overlap-tokens": "3"})
    head, _, body = sent.partition(b"\r\n\r\n")
    assert b"x-overlap-tokens: 3" in head
    assert f"content-length: {len(body)}".encode() in head
    assert b"[call 000042]" in body


def test_nothing_is_left_over_of_mixed_requests():
    """Two thousand requests, a tenth faults or clients that leave: all in the journal, nothing held."""
    left = memory.measured(2000, cores()[0])
    assert (left.entries, left.in_flight, left.descriptors) == (2000, 0, 0)
    assert "2,000 requests" in memory.told(left)


def test_a_stream_that_is_read_in_pieces_has_all_its_tokens_once():
    """Cut wherever a reader may be interrupted: in a token, in the role's empty one, in the end."""
    event = b'2a\r\ndata: {"content":"%s"}\n\n\r\n'
    whole = event % b"" + event % b"Two" + event % b" words" + streams.END
    for cut in range(1, len(whole)):
        ours, theirs = socket.socketpair()
        with ours, theirs, select.epoll() as poll:
            ours.settimeout(0)
            poll.register(ours, select.EPOLLIN)
            reader = streams._Reader(ours, "000000")
            ended = 0
            for piece in (whole[:cut], whole[cut:]):
                theirs.send(piece)
                ended += streams._drain(poll, {ours.fileno(): reader}, 1)
            assert (len(reader.seen), ended) == (2, 1), whole[:cut]
