"""The numbers that a process gives its calls, and the due times of an open loop."""

from overlap.harness.load.call_log import SHARE, Books
from overlap.harness.probe import CallMark


def _ended(books, error=None):
    mark = CallMark(books.begin())
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


def _open(seconds=8, rate=10, number=0, processes=1):
    books = Books()
    books.kept, books.process = True, number
    books.open({"arrivals": f"constant,rate={rate}", "seed": 0, "seconds": seconds}, processes)
    books.start(0)
    return books


def test_calls_that_were_due_and_never_sent_are_rows_of_their_own():
    """Ten a second for eight seconds are 80 calls; users were free for twenty of them."""
    books = _open()
    for _ in range(20):
        books.leave(books.next_due())
    books.stop(8_050_000_000)
    rows = books.take()
    assert len(rows) == 60
    assert {row.error for row in rows} == {"NotStarted"}
    assert [row.due for row in rows] == [100_000_000 * n for n in range(20, 80)]
    assert len({row.number for row in rows}) == 60


def test_a_test_that_is_stopped_early_owes_only_what_was_due_by_then():
    """After two of eight seconds 20 calls were due, and a user that still waits for its turn owes nothing."""
    books = _open()
    due = [books.next_due() for _ in range(21)]
    for each in due[:19]:
        books.leave(each)
    books.stop(1_950_000_000)
    assert [row.due for row in books.take()] == [1_900_000_000]


def test_the_parts_of_all_processes_are_all_that_was_due():
    """Three processes share 80 calls, and each knows which of its own it has not sent."""
    due = []
    for number in range(3):
        books = _open(number=number, processes=3)
        books.leave(books.next_due())
        books.stop(8_000_000_000)
        due += [row.due for row in books.take()]
    assert len(due) == len(set(due)) == 77


def test_calls_due_at_one_moment_are_as_many_as_they_are():
    """A recording may have several in the same millisecond."""
    books = _open()
    books._due = iter([5, 5, 5, 9])
    books.leave(books.next_due())
    books.next_due()
    books.stop(8)
    assert [row.due for row in books.take()] == [5, 5]


def test_nothing_is_due_once_the_time_is_over():
    """A user that comes free then is given no call."""
    books = _open(seconds=0.2)
    assert [books.next_due() for _ in range(3)][:2] == [0, 100_000_000]
    assert books.next_due() > 10**14


def test_a_closed_loop_owes_nothing():
    """Its calls are due when they are sent."""
    books = Books()
    books.kept = True
    books.open(None, 1)
    books.stop(10**12)
    assert books.take() == []


def test_a_closed_loop_waits_for_its_start_where_it_is_held():
    """A call that is made before a fault is set would not meet it; the next test is held anew, or not."""
    books = Books()
    books.open(None, 1, held=True)
    assert books.waiting
    books.start(1000)
    assert not books.waiting
    assert books.next_due() is None
    books.open(None, 1, held=True)
    assert books.waiting
    books.open(None, 1)
    assert not books.waiting
