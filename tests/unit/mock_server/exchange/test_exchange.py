"""An answer on its way: what leaves when, what a slow reader, a lost one and a fault make of it."""

import time
from array import array

import pytest

from overlap.mock_server.exchange.exchange import Exchange
from overlap.mock_server.exchange.journal import Entry, ServerJournal
from overlap.mock_server.exchange.schedule_plan import TOGETHER, AnswerPlan, End


class Line:
    """A way out that keeps what was written."""

    def __init__(self) -> None:
        self.open = True
        self.paused = False
        self.written: list[bytes] = []
        self.ends: list[str] = []

    def put(self, data: bytes) -> bool:
        """Keep it, while there is anybody to read it."""
        self.written.append(data)
        return self.open

    def reset(self) -> None:
        """Keep that too."""
        self.ends.append("reset")

    def half_close(self) -> None:
        """And that."""
        self.ends.append("half-close")


class Owner:
    """A connection that notes how its exchange ended."""

    def __init__(self) -> None:
        self.line = Line()
        self.kept: list[bool] = []

    def done(self, *, keep: bool) -> None:
        """Note it."""
        self.kept.append(keep)


class Case:
    """An exchange of as many pieces as *due*, with all that surrounds it."""

    def __init__(self, due: list[int], **words: object) -> None:
        self.owner = Owner()
        self.journal = ServerJournal(10)
        self.start = time.monotonic_ns() - 10**9
        self.entry = Entry("a", "req", "/", None, 1, self.start, stream=True)
        pieces = [b"%d," % i for i in range(len(due))]
        self.plan = AnswerPlan(pieces, array("q", due), 0, stream=True, chunked=True, **words)  # type: ignore[arg-type]
        self.entry.planned = self.plan.planned()
        self.exchange = Exchange(self.owner, self.journal, self.entry, self.plan)  # type: ignore[arg-type]

    def step(self, after: int) -> int | None:
        """Step *after* ns from the start; return the next due time, from the start."""
        following = self.exchange.step(self.start + after)
        return None if following is None else following - self.start


def test_each_piece_leaves_by_itself_when_due():
    """Three tokens, three writes, and the connection is kept."""
    case = Case([100, 200, 300])
    assert [case.step(100), case.step(200), case.step(300)] == [200, 300, None]
    assert case.owner.line.written == [b"0,", b"1,", b"2,"]
    assert case.owner.kept == [True]
    assert len(case.entry.written) == 3
    assert case.entry.lateness == case.entry.written[-1] - 300


def test_overdue_pieces_leave_together_and_later_ones_stay_on_time():
    """Late by 150: two tokens in one write; the third is due when it always was."""
    case = Case([100, 200, 300])
    assert case.step(250) == 300
    assert case.owner.line.written == [b"0,1,"]


def test_a_backlog_leaves_in_parts():
    """A thousand overdue tokens are not one write, so that a slow reader is noticed between them."""
    case = Case([0] * 1000)
    assert case.step(10) == 0
    assert case.owner.line.written[0].count(b",") == TOGETHER


def test_a_slow_reader_is_waited_for():
    """While the line is paused nothing is written; afterwards everything overdue leaves."""
    case = Case([100, 200])
    case.owner.line.paused = True
    assert case.step(100) is None
    assert case.exchange.parked
    assert case.owner.line.written == []
    case.owner.line.paused = False
    assert case.exchange.resume() is not None
    case.step(500)
    assert case.owner.line.written == [b"0,1,"]


def test_a_lost_client_is_in_the_journal():
    """One token written, then the client is gone: the entry says so and the rest is not sent."""
    case = Case([100, 200])
    case.step(100)
    case.exchange.lost()
    case.exchange.lost()
    assert (len(case.journal), case.journal.in_flight) == (1, 0)
    assert (case.entry.disconnected, len(case.entry.written), len(case.entry.planned)) == (True, 1, 2)


def test_a_line_that_breaks_in_a_write_loses_the_client():
    """The write itself may be what finds out."""
    case = Case([100, 200])
    case.owner.line.open = False
    assert case.step(100) is None
    assert case.entry.disconnected
    assert len(case.entry.written) == 0


@pytest.mark.parametrize(
    ("end", "ends", "kept"),
    [
        (End.KEEP, [], True),
        (End.CLOSE, [], False),
        (End.RESET, ["reset"], False),
        (End.HALF_CLOSE, ["half-close"], False),
    ],
)
def test_the_plan_says_how_the_connection_ends(end, ends, kept):
    """A fault may close it in any of three ways."""
    case = Case([100], end=end)
    case.step(100)
    assert (case.owner.line.ends, case.owner.kept) == (ends, [kept])


def test_pieces_that_are_no_tokens_are_not_counted():
    """With marks 0, 1, 0 there is one token in three writes."""
    case = Case([100, 200, 300], marks=[0, 1, 0], together=1)
    for at in (100, 200, 300):
        case.step(at)
    assert len(case.entry.written) == len(case.entry.planned) == 1


def test_a_load_model_says_when_each_piece_is_due():
    """What the model found is what the journal calls planned."""
    case = Case([100, 200])
    case.exchange.emit(case.start + 150)
    case.exchange.emit(case.start + 400)
    assert list(case.entry.planned) == [150, 400]
    assert case.owner.line.written == [b"0,", b"1,"]
    assert case.owner.kept == [True]


def test_a_long_backlog_under_a_load_model_leaves_to_the_end():
    """Two hundred tokens found due while the reader was away: all of them leave when it is back."""
    case = Case([100] * 200)
    case.owner.line.paused = True
    for _ in range(200):
        case.exchange.emit(case.start + 150)
    case.owner.line.paused = False
    case.exchange.resume()
    assert b"".join(case.owner.line.written).count(b",") == 200
    assert case.owner.kept == [True]


def test_a_load_model_does_not_wait_for_a_slow_reader():
    """The pieces are due all the same; they leave when the reader is back."""
    case = Case([100, 200])
    case.owner.line.paused = True
    case.exchange.emit(case.start + 150)
    case.exchange.emit(case.start + 400)
    assert case.owner.line.written == []
    case.owner.line.paused = False
    assert case.exchange.resume() is None
    assert case.owner.line.written == [b"0,1,"]
    assert list(case.entry.planned) == [150, 400]
