"""What a client adds to calls that are known: worked out from runs that are made up."""

from overlap.harness.model.record import Metered
from overlap.harness.recording import known
from overlap.harness.recording.file import Recorded
from overlap.harness.recording.known import ClientFloor, added_to
from overlap.harness.recording.measure import MeasuredCalls
from overlap.mock_server.recordings import recording as theirs

MS = 1_000_000
# A first token, one that came with it in one piece, and one 10 ms later.
CALLS = [Recorded(((20 + number) * MS, (20 + number) * MS + 9_000, (30 + number) * MS)) for number in range(20)]

SENT = Metered(0, 0)


def run(*, late=lambda _: 0, longer=lambda _: 0, numbers=range(20)):
    """A run in which each first token is *late*, and each kept gap *longer*, by its call's number."""
    seen = []
    for number in numbers:
        first, with_it, last = (at + late(number) for at in CALLS[number].chunks)
        seen.append(Recorded((first, with_it + MS, last + MS + longer(number))))
    return MeasuredCalls(tuple(seen), tuple(numbers), (), SENT)


def test_a_first_token_is_late_by_the_usual_and_nine_of_ten_are_near_it():
    """The median over all calls of all runs, and what nine of ten differ from it at most."""
    late = {0: 9 * MS, 1: 9 * MS}.get
    found = added_to(CALLS, [run(late=lambda number: late(number, MS)), run(late=lambda _: MS)])
    assert (found.added, found.spread) == (MS, 0)
    shaky = added_to(CALLS, [run(late=lambda number: MS + number % 2 * 100_000)])
    assert shaky.added == MS + 50_000
    assert shaky.spread == 50_000


def test_only_gaps_that_were_kept_say_how_exactly_one_is():
    """A piece that came with the one before was not sent for itself: its millisecond more counts for nothing."""
    found = added_to(CALLS, [run(longer=lambda number: 300_000 if number < 18 else 5 * MS)])
    assert 300_000 <= found.resolution < 5 * MS
    assert added_to([Recorded((MS,))], [MeasuredCalls((Recorded((2 * MS,)),), (0,), (), SENT)]).resolution == 0


def test_what_came_at_once_is_the_same_for_who_measures_and_who_plays():
    """Neither imports the other, so each has the figure."""
    assert known.AT_ONCE == theirs.AT_ONCE


def test_calls_that_failed_are_passed_over():
    """Each is put beside the one it was asked as, whichever are lacking."""
    assert added_to(CALLS, [run(late=lambda _: MS, numbers=[3, 19])]).added == MS
    assert added_to(CALLS, [run(numbers=[])]) == ClientFloor(0, 0, 0)


def test_a_client_that_is_early_adds_nothing():
    """Nothing is taken off a schedule that would then begin later than it was recorded."""
    assert added_to(CALLS, [run(late=lambda _: -MS)]).added == 0


def test_a_long_recording_is_played_in_part(monkeypatch):
    """As much as takes the time that it may, by as many calls at once; a few calls whatever they take."""
    monkeypatch.setattr(known, "LONGEST", 100 * MS)
    short = [Recorded((10 * MS,))] * 50
    assert len(list(known._no_longer(short, 1))) == 11
    assert len(list(known._no_longer(short, 3))) == 31
    assert len(list(known._no_longer([Recorded((500 * MS,))] * 50, 4))) == 8
