"""What the workers of one server have in common and no memory can hold: control requests and the load model."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any, cast

from overlap.mock_server.exchange.counters import Counts
from overlap.mock_server.load.capacity import Job, Size
from overlap.mock_server.load.simulation import Simulation
from overlap.mock_server.processes.channel import Channel
from overlap.mock_server.timing.pacer import Pacer


@dataclass(slots=True)
class _Gathering:
    """A control request that waits for the answers of all workers."""

    then: Callable[[list[bytes]], None]
    waiting: int
    parts: list[bytes] = field(default_factory=list)


class Hub:
    """Speaks with every worker over a channel of its own."""

    def __init__(self, pacer: Pacer, counts: Counts, size: Size | None) -> None:
        self._pacer = pacer
        self._counts = counts
        self._channels: dict[int, Channel] = {}
        self._gatherings: dict[int, _Gathering] = {}
        self._numbers = count()
        self._jobs: dict[tuple[int, int], tuple[Simulation, Job]] = {}
        self._size = size
        self._simulation = self._made()

    @property
    def workers(self) -> int:
        """How many workers have said that they are up."""
        return len(self._channels)

    def heard(self, channel: Channel, message: tuple[Any, ...]) -> None:
        """Do what a worker asks for."""
        match message:
            case "up", pid:
                self._channels[pid] = channel
            case "gather", pid, number, kind, payload:
                self.gather(kind, payload, partial(self._channels[pid].say, "gathered", number))
            case "performed", number, part:
                self._performed(number, part)
            case "size", size:
                self._resize(size)
            case "arrive", pid, number, received, prefill, work:
                self._arrive(pid, number, received, Job((pid, number), prefill, work))
            case "leave", pid, number:
                self._leave((pid, number))

    def gather(self, kind: str, payload: bytes, then: Callable[[list[bytes]], None]) -> None:
        """Have every worker perform *kind*, and tell *then* what each answered."""
        own = next(self._numbers)
        self._gatherings[own] = _Gathering(then, len(self._channels))
        for channel in self._channels.values():
            channel.say("perform", own, kind, payload)

    def _performed(self, number: int, part: bytes) -> None:
        gathering = self._gatherings[number]
        gathering.parts.append(part)
        if len(gathering.parts) == gathering.waiting:
            del self._gatherings[number]
            gathering.then(gathering.parts)

    def _resize(self, size: Size | None) -> None:
        """Start afresh in another size; every worker says so, and the first is the one that counts."""
        if size != self._size:
            self._size = size
            self._simulation = self._made()

    def _made(self) -> Simulation | None:
        return Simulation(self._size, self._pacer, self._counts, self._due) if self._size else None

    def _arrive(self, pid: int, number: int, received: int, job: Job) -> None:
        simulation = self._simulation
        if simulation is None or simulation.full(received):
            self._channels[pid].say("full", number)
        else:
            self._jobs[pid, number] = simulation, job
            simulation.arrive(received, job)

    def _leave(self, key: tuple[int, int]) -> None:
        pending = self._jobs.pop(key, None)
        if pending is not None:
            simulation, job = pending
            simulation.leave(job)

    def _due(self, at: int, job: Job) -> None:
        """Tell the worker whose job it is that its next output is due *at*."""
        pid, number = key = cast("tuple[int, int]", job.owner)
        self._channels[pid].say("due", number, at)
        if job.gone:
            self._jobs.pop(key, None)
