"""
The only stopwatch: what a strategy borrows to say when a call was sent, gave output, and ended.

A mark costs about a microsecond and allocates little, since it is part of every measurement; calls are made of
the marks only after the clock has stopped.
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic_ns
from types import TracebackType
from typing import TYPE_CHECKING, Any

from overlap.harness.host.secrets import word
from overlap.harness.model.record import Call
from overlap.harness.streams.chunks import carries, thinks
from overlap.harness.streams.events import Detected

if TYPE_CHECKING:
    from typing import Self  # not in 3.10, under which a worker runs, too


@dataclass(frozen=True, slots=True)
class Item:
    """One call to be made: its place in the order, its tagged prompt, and when it is due (None: at once)."""

    index: int
    prompt: str
    due: int | None = None
    warmup: bool = False


def tag(index: int, *, warmup: bool, draw: int | None = None) -> str:
    """
    Name a call on the wire; the server draws the call's latency from it and puts it into its journal.

    *draw* is the round: call 17 has one latency in all cells of a round, and another one in the next round.
    A warm-up call's tag begins with "w", which the mock answers at once: warming up costs no waiting.

    >>> tag(17, warmup=False, draw=3), tag(17, warmup=False), tag(17, warmup=True, draw=3)
    ('r003.000017', '000017', 'w00017')
    """
    if warmup:
        return f"w{index:05d}"
    return f"{index:06d}" if draw is None else f"r{draw:03d}.{index:06d}"


def of_any_round(tag: str) -> str:
    """
    Return *tag* without its round: how a call is named within its slot.

    >>> of_any_round("r003.000017"), of_any_round("w00017")
    ('000017', 'w00017')
    """
    return tag.rpartition(".")[2]


def item(index: int, prompt: str, *, warmup: bool = False) -> Item:
    """Make the call *index* of *prompt*, with its tag in front."""
    return Item(index, f"[call {tag(index, warmup=warmup)}] {prompt}", warmup=warmup)


class CallMark:
    """
    The times of one call. As a context it spans the call: an error is noted and goes no further.

    Only `Exception` is held back; a cancellation or Ctrl-C is noted and goes on.
    """

    __slots__ = ("chunks", "done", "error", "events", "item", "read", "reasoning", "sent", "together")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.sent = 0
        self.done = 0
        self.chunks: list[int] = []
        self.reasoning: int | None = None
        self.error: str | None = None
        self.events: Detected | None = None
        self.read = 0
        self.together = False

    def __enter__(self) -> "Self":
        self.sent = monotonic_ns()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        self.done = monotonic_ns()
        if self.events is not None:
            # What the end completes came with the last bytes.
            self._note(self.events.end(), self.read)
        if error is None:
            return False
        self.error = name(error)
        return isinstance(error, Exception)

    def saw(self, piece: Any) -> None:
        """
        Note the arrival of *piece* of a stream, if it carried output (text, or a part of a tool call).

        Of thinking, which is no answer yet, the first piece is noted apart. Bytes are read as an event stream,
        wherever they are cut, if they are one.
        """
        now = monotonic_ns()
        if type(piece) is str:
            if piece:
                self.chunks.append(now)
        elif isinstance(piece, (bytes, bytearray)):
            self.events = self.events or Detected()
            self.read = now
            self._note(self.events.feed(bytes(piece)), now)
        elif carries(piece):
            self.chunks.append(now)
        elif self.reasoning is None and thinks(piece):
            self.reasoning = now

    def _note(self, pieces: int, now: int) -> None:
        """Note so many *pieces* of output, and the first of thinking, read at *now*."""
        self.chunks.extend([now] * pieces)
        if self.reasoning is None and self.events is not None and self.events.reasoning:
            self.reasoning = now


class Together:
    """
    The times of calls that are handed over in one go: they share a start, and an end unless it is seen.

    `finish` notes the end of one of them by its place; leaving the context ends the rest.
    """

    __slots__ = ("marks",)

    def __init__(self, marks: Sequence[CallMark]) -> None:
        self.marks = marks

    def __enter__(self) -> "Self":
        now = monotonic_ns()
        for mark in self.marks:
            mark.sent = now
            # One alone is a call like any other.
            mark.together = len(self.marks) > 1
        return self

    def finish(self, place: int, output: object) -> None:
        """Note that the call at *place* has ended with *output*, or with an error if that is one."""
        mark = self.marks[place]
        mark.done = monotonic_ns()
        if isinstance(output, BaseException):
            mark.error = name(output)

    def finish_all(self, outputs: Sequence[object]) -> None:
        """Note that all of them ended just now, with *outputs* in the order of the calls."""
        now = monotonic_ns()
        for mark, output in zip(self.marks, outputs, strict=True):
            mark.done = now
            if isinstance(output, BaseException):
                mark.error = name(output)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> bool:
        now = monotonic_ns()
        for mark in self.marks:
            if not mark.done:
                mark.done = now
                mark.error = name(error) if error else "NoAnswer"
        return isinstance(error, Exception)


class Probe:
    """Hands out marks and keeps them; safe to use from several threads, since it only ever appends."""

    def __init__(self) -> None:
        self.marks: list[CallMark] = []

    def measure(self, item: Item) -> CallMark:
        """Span one call: `with probe.measure(item): …`."""
        mark = CallMark(item)
        self.marks.append(mark)
        return mark

    def together(self, items: Sequence[Item]) -> Together:
        """Span calls that are handed over in one go: `with probe.together(items) as calls: …`."""
        return Together([self.measure(item) for item in items])

    def calls(self, cell: str, round_: int) -> list[Call]:
        """Make the calls of *cell* in this round out of the marks that were begun and ended."""
        return [
            Call(
                cell=cell,
                round=round_,
                index=mark.item.index,
                due=mark.item.due,
                sent=mark.sent,
                done=mark.done,
                chunks=[chunk - mark.sent for chunk in mark.chunks],
                error=word(mark.error) if mark.error else None,
                warmup=mark.item.warmup,
                together=mark.together,
                reasoning=None if mark.reasoning is None else mark.reasoning - mark.sent,
            )
            for mark in self.marks
            if mark.done
        ]


def name(error: BaseException) -> str:
    """
    Name the kind of *error*, with the HTTP status where it has one ("RateLimitError 429").

    Never its message: that may quote a prompt or a key, and this goes to a file. A name made of a secret is masked
    when the clock has stopped.
    """
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return f"{type(error).__name__} {status}"
    return f"{type(error).__name__} (too many open files)" if _short(error) else type(error).__name__


def _short(error: BaseException) -> bool:
    """Return whether *error* came of too many open files; libraries wrap it several times."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each and id(each) not in seen:
        seen.add(id(each))
        if isinstance(each, OSError) and each.errno in {errno.EMFILE, errno.ENFILE}:
            return True
        each = each.__cause__ or each.__context__
    return False
