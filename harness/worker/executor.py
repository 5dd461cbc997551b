"""A thread pool that records how long each submitted function waits for a thread."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, Token
from time import monotonic_ns
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from overlap.harness.model.quantile import quantile
from overlap.harness.model.record import Queue

if TYPE_CHECKING:
    from typing import Self  # not in 3.10, under which a worker runs, too

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class Waits:
    """
    The waits of one slot. Inside its `with` block, every `StampedExecutor` that is created records into it.

    An application may set a default executor of its own size; the waits in that one count for the slot as well.
    """

    def __init__(self) -> None:
        self._waits: list[int] = []
        self.note = self._waits.append  # one more wait, in ns; called in the timed part, by every thread
        self._tokens: list[Token[Waits | None]] = []

    def __enter__(self) -> "Self":
        self._tokens.append(_WAITS.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        _WAITS.reset(self._tokens.pop())

    def forget(self) -> None:
        """Drop the waits recorded so far."""
        self._waits.clear()

    @property
    def queue(self) -> Queue | None:
        """The number, median and maximum (ns) of the waits since the last `forget`; None if no work was begun."""
        waits = self._waits
        return Queue(len(waits), round(quantile(waits, 0.5)), max(waits)) if waits else None


# An application creates its executors itself, without an argument of ours: they find the slot's waits here.
# It is a context variable and not a module's global, so that each slot has its own.
_WAITS: ContextVar[Waits | None] = ContextVar("the waits of the running slot", default=None)


class StampedExecutor(ThreadPoolExecutor):
    """
    A `ThreadPoolExecutor` that notes when each function is submitted and when a thread begins it.

    This costs two clock readings and one call for each function, well below a microsecond; handing work to a
    thread and waking the loop again costs about fifty microseconds.
    """

    def __init__(self, size: int) -> None:
        # The prefix is the one that asyncio gives its own default executor.
        super().__init__(size, thread_name_prefix="asyncio")
        self._note = (_WAITS.get() or Waits()).note

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Future[Result]:
        """Submit *fn* as `ThreadPoolExecutor.submit` does, and record its wait when a thread begins it."""
        return super().submit(_begin, self._note, monotonic_ns(), fn, args, kwargs)


def _begin(
    note: Callable[[int], None],
    submitted: int,
    fn: Callable[..., Result],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Result:
    note(monotonic_ns() - submitted)
    return fn(*args, **kwargs)
