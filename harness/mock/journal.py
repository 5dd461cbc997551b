"""Fetches the server's journal over HTTP, and reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic, sleep

from overlap.harness.mock.control import ServerLost, ask_json, silent
from overlap.harness.model.record import Served
from overlap.harness.store.run_files import served_from
from overlap.harness.store.typed import Misfit, typed


@dataclass(frozen=True, slots=True)
class Journal:
    """The server's records since the last `take`; `entries` are (tag, request) in order of arrival."""

    peak: int
    connections: int
    dropped: int
    entries: tuple[tuple[str | None, Served], ...]

    def since(self, began: int) -> "Journal":
        """
        Return the entries received at or after *began* (ns), with all counts.

        An empty journal if there are none.
        """
        entries = tuple(each for each in self.entries if each[1].received >= began)
        return Journal(self.peak, self.connections, self.dropped, entries) if entries else Journal(0, 0, 0, ())


@dataclass(frozen=True, slots=True)
class TakenPart:
    """What the server has recorded since it was last asked; each entry is a request as `served_from` reads it."""

    in_flight: int
    peak: int
    connections: int
    dropped: int
    entries: tuple[Mapping[str, object], ...]


def take(base_url: str, patience: float = 2.0) -> Journal | None:
    """
    Return the journal of the server at *base_url* and empty it.

    None if the server keeps none (it is not our mock).

    Wait up to *patience* seconds for requests still in flight there, such as those of cancelled calls. Raise
    `ServerLost` if the server does not answer.
    """
    end = monotonic() + patience
    parts: list[TakenPart] = []
    while True:
        part = _part(base_url)
        if part is None:
            return None
        parts.append(part)
        if not part.in_flight or monotonic() > end:
            return _read(parts)
        sleep(0.02)


def _read(parts: list[TakenPart]) -> Journal:
    entries = [(_tag(entry), served_from(entry)) for part in parts for entry in part.entries]
    entries.sort(key=lambda pair: pair[1].received)
    return Journal(
        peak=max(part.peak for part in parts),
        connections=sum(part.connections for part in parts),
        dropped=sum(part.dropped for part in parts),
        entries=tuple(entries),
    )


def _tag(entry: Mapping[str, object]) -> str | None:
    tag = entry.get("tag")
    return None if tag is None else str(tag)


def _part(base_url: str) -> TakenPart | None:
    """Return what the server's journal has now; None if it keeps none."""
    status, content = ask_json(base_url, "POST", "/overlap/take")
    if status in {404, 405}:
        return None
    if status != 200:
        raise ServerLost(f"the server answered {status} when asked for its journal")
    try:
        return typed(content, TakenPart)
    except Misfit as wrong:
        raise silent(base_url, wrong) from wrong
