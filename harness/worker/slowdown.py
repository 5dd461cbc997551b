"""A slowdown planted on purpose: an application that takes more of the processor for every call."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from time import thread_time_ns
from typing import Any


def burn(nanoseconds: int) -> None:
    """Keep the processor busy for so much of this thread's CPU time."""
    end = thread_time_ns() + nanoseconds
    while thread_time_ns() < end:
        pass


class Burning:
    """
    *app*, with *each* nanoseconds of CPU time more for every call; streams pay at their first piece.

    It has the methods that *app* has, so the same strategies apply.
    """

    def __init__(self, app: Any, each: int) -> None:
        self._app, self._each = app, each

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._app, name)
        wrap = _WRAPPED.get(name)
        return wrap(method, self._each) if wrap else method


def _call(method: Callable[..., Any], each: int) -> Callable[..., Any]:
    def called(*args: Any, **kwargs: Any) -> Any:
        answer = method(*args, **kwargs)
        burn(each)
        return answer

    return called


def _acall(method: Callable[..., Awaitable[Any]], each: int) -> Callable[..., Awaitable[Any]]:
    async def called(*args: Any, **kwargs: Any) -> Any:
        answer = await method(*args, **kwargs)
        burn(each)
        return answer

    return called


def _batch(method: Callable[..., Any], each: int) -> Callable[..., Any]:
    def called(inputs: Any, *args: Any, **kwargs: Any) -> Any:
        answers = method(inputs, *args, **kwargs)
        burn(each * len(inputs))
        return answers

    return called


def _abatch(method: Callable[..., Awaitable[Any]], each: int) -> Callable[..., Awaitable[Any]]:
    async def called(inputs: Any, *args: Any, **kwargs: Any) -> Any:
        answers = await method(inputs, *args, **kwargs)
        burn(each * len(inputs))
        return answers

    return called


def _stream(method: Callable[..., Iterator[Any]], each: int) -> Callable[..., Iterator[Any]]:
    def called(*args: Any, **kwargs: Any) -> Iterator[Any]:
        for place, piece in enumerate(method(*args, **kwargs)):
            if not place:
                burn(each)
            yield piece

    return called


def _astream(method: Callable[..., AsyncIterator[Any]], each: int) -> Callable[..., AsyncIterator[Any]]:
    async def called(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        first = True
        async for piece in method(*args, **kwargs):
            if first:
                burn(each)
            first = False
            yield piece

    return called


def _completed(method: Callable[..., AsyncIterator[Any]], each: int) -> Callable[..., AsyncIterator[Any]]:
    async def called(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        async for answer in method(*args, **kwargs):
            burn(each)
            yield answer

    return called


_WRAPPED: dict[str, Callable[[Any, int], Callable[..., Any]]] = {
    "invoke": _call,
    "ainvoke": _acall,
    "batch": _batch,
    "abatch": _abatch,
    "abatch_as_completed": _completed,
    "stream": _stream,
    "astream": _astream,
}
