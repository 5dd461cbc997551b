"""The pacer under a clock and an alarm made up for the test: order, no drift, no early step, no starvation."""

import asyncio
from collections.abc import Callable

import pytest

from overlap.mock_server.timing import timer
from overlap.mock_server.timing.pacer import CROWD, REST, TURN, Pacer


class Clock:
    """A clock that stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 1000

    def __call__(self) -> int:
        """Read it."""
        return self.now


class Alarm:
    """An alarm that rings when the test says so."""

    kind = "made up"

    def __init__(self, ring: Callable[[], None]) -> None:
        self.ring = ring
        self.due: int | None = None
        self.closed = False

    def arm(self, due: int | None) -> None:
        """Keep the order."""
        self.due = due

    def close(self) -> None:
        """Keep that too."""
        self.closed = True


class Stream:
    """Something with several due times, which notes when it was woken."""

    def __init__(self, clock: Clock, due: list[int], cost: int = 0) -> None:
        self._clock = clock
        self._due = due
        self._cost = cost
        self.woken: list[int] = []
        self.over = False

    def step(self, now: int) -> int | None:
        """Note the time, let *cost* pass, and ask for the next due time."""
        self.woken.append(now)
        self._clock.now += self._cost
        self._due = self._due[1:]
        return self._due[0] if self._due else None


@pytest.fixture
def clock() -> Clock:
    """A clock at 1000."""
    return Clock()


@pytest.fixture
def made(clock: Clock) -> tuple[Pacer, Alarm]:
    """A pacer and its alarm."""
    alarms: list[Alarm] = []

    def alarm(loop: object, ring: Callable[[], None]) -> Alarm:
        del loop
        alarms.append(Alarm(ring))
        return alarms[0]

    pacer = Pacer(None, clock, alarm)
    return pacer, alarms[0]


def play(clock: Clock, alarm: Alarm) -> None:
    """Ring at every time the pacer asks for, until it asks no more."""
    while alarm.due is not None:
        clock.now = max(clock.now, alarm.due)
        alarm.ring()


def test_each_is_woken_at_its_due_times(clock, made):
    """Two streams, interleaved: each is woken when it asked to be."""
    pacer, alarm = made
    one, two = Stream(clock, [1100, 1300]), Stream(clock, [1200, 1250])
    pacer.at(1100, one)
    pacer.at(1200, two)
    play(clock, alarm)
    assert (one.woken, two.woken) == ([1100, 1300], [1200, 1250])


def test_being_late_once_moves_no_later_due_time(clock, made):
    """After a delay of 500 the overdue steps are made at once, and the next is on time again."""
    pacer, alarm = made
    stream = Stream(clock, [1100, 1200, 1300, 2000])
    pacer.at(1100, stream)
    clock.now = 1600
    play(clock, alarm)
    assert stream.woken == [1600, 1600, 1600, 2000]


def test_nothing_is_woken_early(clock, made):
    """An alarm that rings before the time, as uvloop's may, is armed again for the same time."""
    pacer, alarm = made
    stream = Stream(clock, [1500])
    pacer.at(1500, stream)
    clock.now = 1499
    alarm.ring()
    assert (stream.woken, alarm.due) == ([], 1500)


def test_what_is_over_is_not_woken_and_not_kept(clock, made):
    """A thousand streams whose clients left are out of the heap long before they were due."""
    pacer, alarm = made
    streams = [Stream(clock, [10**12]) for _ in range(1000)]
    for stream in streams:
        pacer.at(10**12, stream)
    for stream in streams:
        stream.over = True
        pacer.forget()
    assert len(pacer) == 0
    assert len(pacer._heap) < 200
    clock.now = 10**12
    alarm.ring()
    assert not any(stream.woken for stream in streams)


def test_requests_are_read_even_when_everything_is_late(clock, made):
    """A turn ends after `TURN`; what is still overdue makes the alarm ring again at once."""
    pacer, alarm = made
    streams = [Stream(clock, [1100], cost=TURN // 4) for _ in range(20)]
    for stream in streams:
        pacer.at(1100, stream)
    clock.now = 1100
    alarm.ring()
    assert 4 <= sum(len(stream.woken) for stream in streams) < 20
    assert alarm.due == 1100
    play(clock, alarm)
    assert all(stream.woken for stream in streams)


def test_a_sooner_due_time_rearms_the_alarm(clock, made):
    """The alarm stands at the soonest of all."""
    pacer, alarm = made
    pacer.at(2000, Stream(clock, [2000]))
    pacer.at(1500, Stream(clock, [1500]))
    pacer.at(1700, Stream(clock, [1700]))
    assert alarm.due == 1500


@pytest.mark.parametrize("kind", [timer.KernelTimer, timer.EventLoopTimer])
def test_real_alarms_wake_a_stream_and_never_early(kind):
    """Both kinds of alarm wake at or after each due time; the fallback may only ring more often."""

    async def main() -> list[tuple[int, int]]:
        loop = asyncio.get_running_loop()
        done = loop.create_future()
        seen: list[tuple[int, int]] = []
        pacer = Pacer(loop, alarm=kind)
        import time

        start = time.monotonic_ns()
        due = [start + n * 1_500_000 for n in range(1, 6)]

        class Real:
            over = False

            def step(self, now: int) -> int | None:
                seen.append((due[len(seen)], now))
                if len(seen) == len(due):
                    done.set_result(None)
                    return None
                return due[len(seen)]

        pacer.at(due[0], Real())
        await asyncio.wait_for(done, 5)
        pacer.close()
        return seen

    seen = asyncio.run(main())
    assert len(seen) == 5
    assert all(now >= due for due, now in seen)


def test_a_crowd_is_woken_in_groups_and_never_early(clock, made):
    """With a thousand streams, those due within `REST` are taken together: late by that at most, never early."""
    pacer, alarm = made
    streams = [Stream(clock, [10_000 + 20_000 * n]) for n in range(1000)]
    for n, stream in enumerate(streams):
        pacer.at(10_000 + 20_000 * n, stream)
    rings = 0
    while alarm.due is not None:
        clock.now = max(clock.now, alarm.due)
        alarm.ring()
        rings += 1
    late = [stream.woken[0] - 10_000 - 20_000 * n for n, stream in enumerate(streams)]
    assert 0 <= min(late) <= max(late) <= REST
    assert late[1 - CROWD :] == [0] * (CROWD - 1)
    assert rings < 600


def test_closing_gives_the_alarm_back(clock, made):
    """Nobody is woken after the end."""
    pacer, alarm = made
    pacer.at(1100, Stream(clock, [1100]))
    pacer.close()
    assert alarm.closed
    assert len(pacer) == 0


def test_one_that_is_behind_with_much_lets_others_have_their_turn(clock, made):
    """A long answer, all of it due at once, is sent between what is due meanwhile and not before all of it."""
    pacer, alarm = made
    long = Stream(clock, [1000] * 50, cost=TURN // 10)
    short = Stream(clock, [1000 + TURN], cost=1)
    pacer.at(1000, long)
    pacer.at(1000 + TURN, short)
    play(clock, alarm)
    assert len(long.woken) == 50
    assert short.woken[0] <= 1000 + TURN + TURN // 2
