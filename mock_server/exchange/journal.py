"""The journal: when each token was due and written, and of which request; kept until it is taken."""

from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from overlap.mock_server.exchange.counters import Counts

NUMBERS = 16_000_000
"""How many times of tokens, planned and written, are kept at most (128 MB), however few entries they belong to."""
LONGEST_PATH = 200
"""The most characters of a request's path that are kept: it may have 64 thousand."""


_NOTHING = array("q")


def _nothing() -> "array[int]":
    """Return the times of what is not planned yet; what is planned comes in an array of its own."""
    return _NOTHING


@dataclass(slots=True)
class Entry:
    """
    One request, as the server saw it.

    `received` is in ns of the monotonic clock; `planned`, `written` (one per token, or one for a whole body) and
    `finished` are ns after it. `written` is shorter than `planned` where the answer was cut; `lateness` is of the
    last that was written; `retry_after` is the pause, in ns, that a refusal asked for. Unknown is None.
    """

    tag: str | None
    request_id: str
    path: str
    attempt: int | None
    connection: int
    received: int
    stream: bool = False
    status: int = 200
    tokens: int = 0
    prompt_tokens: int | None = None
    planned: "array[int]" = field(default_factory=_nothing)
    written: "array[int]" = field(default_factory=lambda: array("q"))
    finished: int = 0
    lateness: int | None = None
    fault: str | None = None
    disconnected: bool = False
    retry_after: int | None = None


class ServerJournal:
    """
    The entries since the last take, and the connections and the peak of requests in flight since then.

    Entries, connections and requests in flight are this process's own; the peak is that of all workers together.

    Memory is bounded: when *most* entries, or `NUMBERS` times, are kept, the oldest make room and are counted as
    dropped. An entry costs a tuple; JSON is made when it is asked for.
    """

    def __init__(self, most: int, counts: Counts | None = None) -> None:
        self._entries: deque[Entry] = deque()
        self._most = most
        self._numbers = 0
        self.dropped = 0
        self.connections = 0
        self.in_flight = 0
        self._counts = counts or Counts.own()
        self.listener: Callable[[Entry], None] | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def began(self) -> None:
        """Count a request in flight."""
        self.in_flight += 1
        self._counts.began()

    def ended(self, entry: Entry) -> None:
        """Keep the entry of a request that is in flight no longer."""
        self.in_flight -= 1
        self._counts.ended()
        if self.listener is not None:
            self.listener(entry)
        self._entries.append(entry)
        self._numbers += len(entry.written) + len(entry.planned)
        while len(self._entries) > self._most or self._numbers > NUMBERS:
            oldest = self._entries.popleft()
            self._numbers -= len(oldest.written) + len(oldest.planned)
            self.dropped += 1

    def take(self) -> bytes:
        """Return everything since the last take as JSON, and forget it."""
        taken = {
            "peak": self._counts.peak(),
            "in_flight": self.in_flight,
            "connections": self.connections,
            "dropped": self.dropped,
            "entries": list(self._entries),
        }
        self._entries.clear()
        self._numbers = self.connections = self.dropped = 0
        return orjson.dumps(taken, default=_plain)


def merged(parts: list[bytes]) -> bytes:
    """Return what the takes of all workers come to: entries together, counts added, the highest peak."""
    if len(parts) == 1:
        return parts[0]
    takes = [orjson.loads(part) for part in parts]
    sums = {name: sum(take[name] for take in takes) for name in ("in_flight", "connections", "dropped")}
    entries = [entry for take in takes for entry in take["entries"]]
    return orjson.dumps({"peak": max(take["peak"] for take in takes), **sums, "entries": entries})


def _plain(times: object) -> list[int]:
    """Let orjson write arrays of times; it asks for what it does not know."""
    if isinstance(times, array):
        return times.tolist()
    raise TypeError(type(times).__name__)
