"""A model of a busy server: slots with a queue, prefill that competes with decode, slowdown as the batch grows."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import count


@dataclass(frozen=True, slots=True)
class Size:
    """
    How much the server can do.

    `slots` requests are worked on at once and `queue` may wait for one. Each request in decode beyond the first
    makes every other slower by the share `slowdown`; while a prompt is read (one at a time), decode keeps only the
    share `1 - stall` of its speed.
    """

    slots: int
    queue: int
    slowdown: float = 0.0
    stall: float = 0.0


@dataclass(eq=False, slots=True)
class Job:
    """
    One request's work: *prefill* ns of reading its prompt, then an output at each of *work* ns of free decode.

    `owner` is notified of its outputs.
    """

    owner: object
    prefill: int
    work: Sequence[int]
    done: int = 0
    start: float = 0.0
    gone: bool = field(default=False)


class Capacity:
    """
    Says when each output of each job is due, as jobs come and go.

    All jobs in decode go at the same speed, so one clock of work done serves them all: a job's output is due when
    that clock reaches the job's start plus the output's own work. Between two events the speed is constant, so the
    real time of the next event is exact, whenever it is read. Times are ns of one monotonic clock.
    """

    def __init__(self, size: Size) -> None:
        self._size = size
        self._now = 0
        self._work = 0.0
        self._waiting: deque[Job] = deque()
        self._reading: deque[Job] = deque()
        self._read_at = 0
        self._decode: list[tuple[float, int, Job]] = []
        self._batch = 0
        self._order = count()

    @property
    def busy(self) -> int:
        """How many jobs hold a slot."""
        return len(self._reading) + self._batch

    @property
    def waiting(self) -> int:
        """How many jobs wait for a slot."""
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether neither a slot nor a place in the queue is free."""
        return self.busy >= self._size.slots and len(self._waiting) >= self._size.queue

    def arrive(self, job: Job) -> None:
        """Take *job*, at the time last advanced to: into a slot, or else to the end of the queue."""
        if self.busy < self._size.slots:
            self._begin(job)
        else:
            self._waiting.append(job)

    def leave(self, job: Job) -> None:
        """Drop *job*, at the time last advanced to, as its client has gone."""
        if job.gone:
            return
        if job in self._waiting:
            self._waiting.remove(job)
            job.gone = True
        elif job in self._reading:
            first = self._reading[0] is job
            self._reading.remove(job)
            job.gone = True
            if first and self._reading:
                self._read_at = self._now + self._reading[0].prefill
            self._fill()
        else:
            self._finish(job)

    def _begin(self, job: Job) -> None:
        if job.prefill <= 0:
            self._join(job)
            return
        self._reading.append(job)
        if len(self._reading) == 1:
            self._read_at = self._now + job.prefill

    def _join(self, job: Job) -> None:
        self._batch += 1
        job.start = self._work
        heappush(self._decode, (job.start + job.work[0], next(self._order), job))

    def _finish(self, job: Job) -> None:
        job.gone = True
        self._batch -= 1
        self._fill()
        if len(self._decode) > 2 * self._batch + 64:
            self._decode = [item for item in self._decode if not item[2].gone]
            heapify(self._decode)

    def _fill(self) -> None:
        while self._waiting and self.busy < self._size.slots:
            self._begin(self._waiting.popleft())

    def _speed(self) -> float:
        share = 1.0 - self._size.stall if self._reading else 1.0
        return share / (1.0 + self._size.slowdown * max(self._batch - 1, 0))

    def _clear(self) -> None:
        while self._decode and self._decode[0][2].gone:
            heappop(self._decode)

    def _events(self) -> tuple[float, float]:
        """Return when the prompt being read is through, and when the next output is due."""
        self._clear()
        read = float(self._read_at) if self._reading else float("inf")
        speed = self._speed()
        if not self._decode or speed <= 0:
            return read, float("inf")
        return read, self._now + max(self._decode[0][0] - self._work, 0.0) / speed

    def next(self) -> int | None:
        """Return when something happens next, or None."""
        soonest = min(self._events())
        return None if soonest == float("inf") else -int(-soonest // 1)

    def advance(self, now: int) -> list[tuple[int, Job]]:
        """Let the time pass until *now*; return the outputs due by then, each with its due time, in order."""
        due: list[tuple[int, Job]] = []
        while True:
            read, output = self._events()
            soonest = min(read, output)
            if soonest > now:
                break
            self._pass(soonest)
            if read <= output:
                self._join(self._reading.popleft())
                if self._reading:
                    self._read_at = self._now + self._reading[0].prefill
            else:
                due.append((self._now, self._emit()))
        self._pass(now)
        return due

    def _pass(self, until: float) -> None:
        if until > self._now:
            self._work += (until - self._now) * self._speed()
            self._now = -int(-until // 1)

    def _emit(self) -> Job:
        mark, _, job = heappop(self._decode)
        self._work = max(self._work, mark)
        job.done += 1
        if job.done < len(job.work):
            heappush(self._decode, (job.start + job.work[job.done], next(self._order), job))
        else:
            self._finish(job)
        return job
