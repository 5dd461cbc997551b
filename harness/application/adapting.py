"""Turns any callable into an application: an object with some of the methods that strategies call."""

import inspect
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from typing import Any

from overlap.harness.application.blame import ApplicationError, failure_line
from overlap.harness.application.entry_points import entry_points
from overlap.harness.model.endpoint import Endpoint

METHODS = ("invoke", "ainvoke", "batch", "abatch", "abatch_as_completed", "stream", "astream")
# Methods that take all inputs at once; strategies pass them the concurrency in `config`.
TOGETHER = {"batch", "abatch", "abatch_as_completed"}


def methods(app: Any) -> list[str]:
    """
    Return the methods among `METHODS` that the application has. A class has none, though its instances may.

    A `batch` without a `config` parameter does not count, because its concurrency could not be set.
    """
    if isinstance(app, type):
        return []
    present = [name for name in METHODS if callable(getattr(app, name, None))]
    return [name for name in present if name not in TOGETHER or _takes(getattr(app, name), "config")]


def built(thing: Any, endpoint: Endpoint, word: str) -> Any:
    """
    Return the application that *thing* is or builds; *word* names it in errors.

    The first rule that fits applies: an object with one of the methods is an application. A function that takes an
    `endpoint` or no argument, and a class that needs no argument, builds one. Any other callable gets each input:

        async def f(question) ─► ainvoke        async def f(question): yield ─► astream
        def f(question) ───────► invoke         def f(question): yield ───────► stream

    Raise `ApplicationError` for anything else, and if *thing* raises.
    """
    try:
        application = produced(thing, endpoint)
    except Exception as wrong:  # the user's own function may raise anything
        raise ApplicationError(failure_line(wrong, word)) from wrong
    return fitted(application, word)


def fitted(application: Any, word: str) -> Any:
    """Return *application*, or a callable made one. Raise `ApplicationError` for what is neither."""
    if methods(application):
        return application
    if ways := entry_points(application):
        return Adapted(ways, application)
    if not callable(application):
        wanted = ", ".join(METHODS)
        raise ApplicationError(
            f"{word} is {_kind(application)}: it can neither be called nor has it any of {wanted}; "
            f"write a function that calls it: async def ask(question)"
        )
    return adapted(application)


def produced(thing: Any, endpoint: Endpoint) -> Any:
    """Return *thing*, or what it returns if it is a function or a class that builds; raise what that raises."""
    if methods(thing) or not callable(thing) or entry_points(thing):
        return thing
    if _takes(thing, "endpoint", by_name=True):
        return thing(endpoint=endpoint)
    needed = _parameters(thing)
    if isinstance(thing, type) or (needed is not None and not needed):
        return thing()
    return thing


class Adapted:
    """A callable, or an object of a framework, as an application with the methods *ways*."""

    def __init__(self, ways: Mapping[str, Callable[..., Any]], original: Any) -> None:
        self.original = original
        vars(self).update(ways)


def adapted(call: Callable[..., Any]) -> Adapted:
    """Return *call* as an application whose one method fits its kind: sync or async, with or without a stream."""
    for kind, method in ((inspect.isasyncgenfunction, "astream"), (inspect.isgeneratorfunction, "stream")):
        if _is(kind, call):
            return Adapted({method: call}, call)
    if _is(inspect.iscoroutinefunction, call):
        return Adapted({"ainvoke": partial(_awaited, call)}, call)
    return Adapted({"invoke": partial(_called, call)}, call)


def is_application(call: Any) -> bool:
    """Return whether *call* must be meant to be called with each input: it is async, or a generator."""
    kinds = (inspect.iscoroutinefunction, inspect.isasyncgenfunction, inspect.isgeneratorfunction)
    return any(_is(kind, call) for kind in kinds)


async def _awaited(call: Callable[..., Any], question: Any) -> Any:
    """Await *call*, and read a returned stream to its end; else the call would end before its answer."""
    answer = await call(question)
    if isinstance(answer, AsyncIterator):
        return [piece async for piece in answer]
    return list(answer) if isinstance(answer, Iterator) else answer


def _called(call: Callable[..., Any], question: Any) -> Any:
    answer = call(question)
    return list(answer) if isinstance(answer, Iterator) else answer


def _is(kind: Callable[[Any], bool], call: Any) -> bool:
    """Return whether *call*, or its `__call__` if it is an object, is of this *kind*."""
    return kind(call) or kind(vars(type(call)).get("__call__"))


def _parameters(call: Any) -> dict[str, inspect.Parameter] | None:
    """Return the parameters of *call* by name; None if they are unknown, as for some built-in functions."""
    try:
        return dict(inspect.signature(call).parameters)
    except (TypeError, ValueError):
        return None


def _takes(call: Any, name: str, *, by_name: bool = False) -> bool:
    """
    Return whether *call* accepts the argument *name*.

    If *by_name*, it must be named, and `**anything` is not.
    """
    parameters = _parameters(call)
    if parameters is None:
        return not by_name
    anything = any(each.kind is each.VAR_KEYWORD for each in parameters.values())
    return name in parameters or (not by_name and anything)


def _kind(thing: Any) -> str:
    return "None" if thing is None else f"of type {type(thing).__name__}"
