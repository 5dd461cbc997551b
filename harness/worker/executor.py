"""An executor that notes how long what it is handed waits for a thread, and the book in which it does."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, Token
from time import monotonic_ns
from typing import Any, ParamSpec, Self, TypeVar

from overlap.harness.model.quantile import quantile
from overlap.harness.model.record import Queue

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Waits:
    """
    The book of one slot. As a context, it is the book of every `StampedExecutor` that is made meanwhile.

    An application may set a default executor of its own size, and its queue is the slot's as well.
    """

    def __init__(self) -> None:
        self._waits: list[int] = []
        self.note = self._waits.append  # one more wait, in ns; called in the timed part, by every thread
        self._tokens: list[Token[Waits | None]] = []

    def __enter__(self) -> Self:
        self._tokens.append(_BOOK.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        _BOOK.reset(self._tokens.pop())

    def forget(self) -> None:
        """Begin anew: what was handed over until now is not part of what follows."""
        self._waits.clear()

    @property
    def queue(self) -> Queue | None:
        """How long work waited since the last `forget`; None where none was begun."""
        waits = self._waits
        return Queue(len(waits), round(quantile(waits, 0.5)), max(waits)) if waits else None


# An application makes its executors itself, and nobody hands it anything: this is how they find the slot's book.
# A variable of the context and not of the module, so that each slot has its own.
_BOOK: ContextVar[Waits | None] = ContextVar("the book of the slot that is run", default=None)


class StampedExecutor(ThreadPoolExecutor):
    """
    A `ThreadPoolExecutor` that stamps each piece of work when it is handed over and when a thread begins it.

    Two readings of the clock and one call more for each: well below a microsecond, where handing work to a thread
    and waking the loop again costs fifty.
    """

    def __init__(self, size: int) -> None:
        # The prefix is the one asyncio gives its own default executor.
        super().__init__(size, thread_name_prefix="asyncio")
        self._note = (_BOOK.get() or Waits()).note

    def submit(self, fn: Callable[Given, Answer], /, *args: Given.args, **kwargs: Given.kwargs) -> Future[Answer]:
        """Hand over *fn* as usual."""
        return super().submit(_begin, self._note, monotonic_ns(), fn, args, kwargs)


def _begin(
    note: Callable[[int], None],
    handed: int,
    fn: Callable[..., Answer],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Answer:
    note(monotonic_ns() - handed)
    return fn(*args, **kwargs)
