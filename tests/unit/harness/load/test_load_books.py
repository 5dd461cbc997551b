"""The numbers that a process gives its calls, and the due times of an open loop."""

from harness.load.books import SHARE, Books
from harness.probe import Mark


def _ended(books, error=None):
    mark = Mark(books.begin())
    with mark:
        mark.chunks.append(mark.sent + 5)
    mark.error = error
    books.end("chat", mark)


def test_no_two_processes_give_the_same_number():
    """A call's number is its name on the wire, so it is one of its kind in the whole run."""
    first, second = Books(), Books()
    second.process = 1
    numbers = [books.begin().index for books in (first, second) for _ in range(3)]
    assert numbers == [0, 1, 2, SHARE, SHARE + 1, SHARE + 2]


def test_calls_are_kept_only_for_somebody_who_takes_them():
    """In a locustfile of somebody's own, without a run, the list would grow without end."""
    books = Books()
    _ended(books)
    assert books.take() == []
    books.kept = True
    _ended(books, "HTTP 500")
    [row] = books.take()
    assert (row[0], row[1], row[5], row[6]) == ("chat", 1, [5], "HTTP 500")
    assert books.take() == []


def test_an_open_loop_begins_when_all_users_are_there():
    """Due times count from then: calls due while users were still being started would all seem late."""
    books = Books()
    books.open({"arrivals": "constant,rate=4", "seed": 0}, 1)
    assert books.waiting
    books.start(1000)
    books.start(9999)
    assert not books.waiting
    assert [books.next_due() for _ in range(3)] == [1000, 250_001_000, 500_001_000]


def test_a_closed_loop_has_no_due_times():
    """The next call is sent when the last has come back."""
    books = Books()
    books.open(None, 1)
    assert not books.waiting
    assert books.next_due() is None
