"""Makes anything that can be called into an application: an object with some of the methods strategies call."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any

from overlap.harness.application.blame import ApplicationError, failure_line
from overlap.harness.model.endpoint import Endpoint

METHODS = ("invoke", "ainvoke", "batch", "abatch", "abatch_as_completed", "stream", "astream")
# What strategies say to those that take all inputs at once.
TOGETHER = {"batch", "abatch", "abatch_as_completed"}


def methods(app: Any) -> list[str]:
    """
    Answer which of `METHODS` the application has; a class has none, its instances may.

    A `batch` that takes no `config` could not be told how many calls may be in flight: it does not count.
    """
    if isinstance(app, type):
        return []
    found = [name for name in METHODS if callable(getattr(app, name, None))]
    return [name for name in found if name not in TOGETHER or _takes(getattr(app, name), "config")]


def built(thing: Any, endpoint: Endpoint, word: str) -> Any:
    """
    Answer the application that *thing* is or makes; *word* names it in errors.

    In this order: something with a method is one. A function that takes an `endpoint`, or nothing at all, and a
    class that needs nothing, makes one. Any other callable is called with each input:

        async def f(question) ─► ainvoke        async def f(question): yield ─► astream
        def f(question) ───────► invoke         def f(question): yield ───────► stream

    Raises `ApplicationError` for what is none of these.
    """
    try:
        made = _made(thing, endpoint)
    except Exception as wrong:  # whatever somebody's own function raises
        raise ApplicationError(failure_line(wrong, word)) from wrong
    if methods(made):
        return made
    if not callable(made):
        wanted = ", ".join(METHODS)
        raise ApplicationError(f"{word} is {_kind(made)}: it can neither be called nor has it any of {wanted}")
    return adapted(made)


def _made(thing: Any, endpoint: Endpoint) -> Any:
    if methods(thing) or not callable(thing):
        return thing
    if _takes(thing, "endpoint", by_name=True):
        return thing(endpoint=endpoint)
    needed = _parameters(thing)
    if isinstance(thing, type) or (needed is not None and not needed):
        return thing()
    return thing


class Adapted:
    """A callable as an application: the one method that suits it."""

    def __init__(self, method: str, call: Callable[..., Any], original: Any) -> None:
        self.original = original
        setattr(self, method, call)


def adapted(call: Callable[..., Any]) -> Adapted:
    """Answer *call* as an application with the one method that its kind says."""
    for kind, method in ((inspect.isasyncgenfunction, "astream"), (inspect.isgeneratorfunction, "stream")):
        if _is(kind, call):
            return Adapted(method, call, call)
    if _is(inspect.iscoroutinefunction, call):
        return Adapted("ainvoke", partial(_awaited, call), call)
    return Adapted("invoke", partial(_called, call), call)


def is_application(call: Any) -> bool:
    """Tell whether *call* can only be meant to be called with each input: it is async, or a generator."""
    kinds = (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)
    return any(_is(kind, call) for kind in kinds)


async def _awaited(call: Callable[..., Any], question: Any) -> Any:
    """Call, and read to its end what turns out to be a stream: else the call would end before its answer."""
    answer = await call(question)
    if isinstance(answer, AsyncIterator):
        return [piece async for piece in answer]
    return list(answer) if isinstance(answer, Iterator) else answer


def _called(call: Callable[..., Any], question: Any) -> Any:
    answer = call(question)
    return list(answer) if isinstance(answer, Iterator) else answer


def _is(kind: Callable[[Any], bool], call: Any) -> bool:
    """Tell whether *call*, or the `__call__` of an object, is of this kind."""
    return kind(call) or kind(vars(type(call)).get("__call__"))


def _parameters(call: Any) -> dict[str, inspect.Parameter] | None:
    """Answer the parameters of *call*; None where Python cannot tell, as for some built-in ones."""
    try:
        return dict(inspect.signature(call).parameters)
    except (TypeError, ValueError):
        return None


def _takes(call: Any, name: str, *, by_name: bool = False) -> bool:
    """Tell whether *call* can be given *name*; by name alone where *by_name*, and not through `**anything`."""
    found = _parameters(call)
    if found is None:
        return not by_name
    return name in found or (not by_name and any(each.kind is each.VAR_KEYWORD for each in found.values()))


def _kind(thing: Any) -> str:
    return "None" if thing is None else f"of type {type(thing).__name__}"
