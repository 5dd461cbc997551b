"""A slowdown planted on purpose: an application that uses extra CPU time for every call."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from time import thread_time_ns
from typing import Any


def burn(nanoseconds: int) -> None:
    """Keep the CPU busy for *nanoseconds* of this thread's CPU time."""
    end = thread_time_ns() + nanoseconds
    while thread_time_ns() < end:
        pass


class Burning:
    """
    Wrap *app* so that every call burns *extra* ns of CPU time; a stream burns them at its first chunk.

    It has the methods that *app* has, so the same strategies apply.
    """

    def __init__(self, app: Any, extra: int) -> None:
        self._app, self._extra = app, extra

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._app, name)
        wrap = _WRAPPED.get(name)
        return wrap(method, self._extra) if wrap else method


def _call(method: Callable[..., Any], extra: int) -> Callable[..., Any]:
    def called(*args: Any, **kwargs: Any) -> Any:
        answer = method(*args, **kwargs)
        burn(extra)
        return answer

    return called


def _acall(method: Callable[..., Awaitable[Any]], extra: int) -> Callable[..., Awaitable[Any]]:
    async def called(*args: Any, **kwargs: Any) -> Any:
        answer = await method(*args, **kwargs)
        burn(extra)
        return answer

    return called


def _batch(method: Callable[..., Any], extra: int) -> Callable[..., Any]:
    def called(inputs: Any, *args: Any, **kwargs: Any) -> Any:
        answers = method(inputs, *args, **kwargs)
        burn(extra * len(inputs))
        return answers

    return called


def _abatch(method: Callable[..., Awaitable[Any]], extra: int) -> Callable[..., Awaitable[Any]]:
    async def called(inputs: Any, *args: Any, **kwargs: Any) -> Any:
        answers = await method(inputs, *args, **kwargs)
        burn(extra * len(inputs))
        return answers

    return called


def _stream(method: Callable[..., Iterator[Any]], extra: int) -> Callable[..., Iterator[Any]]:
    def called(*args: Any, **kwargs: Any) -> Iterator[Any]:
        for place, piece in enumerate(method(*args, **kwargs)):
            if not place:
                burn(extra)
            yield piece

    return called


def _astream(method: Callable[..., AsyncIterator[Any]], extra: int) -> Callable[..., AsyncIterator[Any]]:
    async def called(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        first = True
        async for piece in method(*args, **kwargs):
            if first:
                burn(extra)
            first = False
            yield piece

    return called


def _completed(method: Callable[..., AsyncIterator[Any]], extra: int) -> Callable[..., AsyncIterator[Any]]:
    async def called(*args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        async for answer in method(*args, **kwargs):
            burn(extra)
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
