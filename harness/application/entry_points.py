"""
The methods by which frameworks have their own objects asked, for objects that have none that strategies call.

    LlamaIndex      engine.aquery, .query; chat engine .achat, .chat
    pydantic-ai     agent.run (async), .run_sync
    AutoGen         agent.run (async, `task` by name)        smolagents    agent.run
    DSPy            program.acall, and a call, by the name of the input of its signature
    CrewAI          crew.kickoff_async, .kickoff             Haystack      pipeline.run_async, .run
    Semantic Kernel agent.get_response (async)
"""

import inspect
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

# Of several that an object has, the first counts; whether `run` is async, only the object knows.
ASYNC = ("aquery", "achat", "acall", "arun", "kickoff_async", "run_async", "get_response", "run")
SYNC = ("query", "chat", "run_sync", "kickoff", "run")


def entry_points(thing: Any) -> dict[str, Callable[[Any], Any]]:
    """
    Return `ainvoke` and `invoke` of an object of a framework, each with one argument; those that it has.

    A class has none, though its instances may; nor has an object that can simply be called, unless it is a program
    of DSPy, which takes nothing by position.
    """
    if isinstance(thing, type) or (callable(thing) and not _input_of_signature(thing)):
        return {}
    waits = [getattr(thing, name, None) for name in ASYNC]
    blocks = [getattr(thing, name, None) for name in SYNC]
    first_async = next((each for each in waits if inspect.iscoroutinefunction(each)), None)
    first_sync = next((each for each in blocks if callable(each) and not inspect.iscoroutinefunction(each)), None)
    if first_sync is None and first_async is not None and callable(thing):
        first_sync = thing
    ways = {"ainvoke": first_async, "invoke": first_sync}
    return {method: _one_argument(thing, each) for method, each in ways.items() if each is not None}


def _one_argument(thing: Any, method: Callable[..., Any]) -> Callable[[Any], Any]:
    """Return *method* as one that takes the input as its one argument, by name if it must be named."""
    name = _input_of_signature(thing) or _keyword(method)
    return method if name is None else partial(_named, method, name)


def _named(method: Callable[..., Any], name: str, question: Any) -> Any:
    """Call *method*; an input that is an object with that name in it has all its arguments."""
    if isinstance(question, Mapping) and name in question:
        return method(**question)
    return method(**{name: question})


def _input_of_signature(thing: Any) -> str | None:
    """Return the name of the first input of a DSPy program, which takes nothing by position; None for others."""
    fields = getattr(getattr(thing, "signature", None), "input_fields", None)
    return next(iter(fields), None) if isinstance(fields, Mapping) else None


def _keyword(method: Callable[..., Any]) -> str | None:
    """Return the argument of *method* that must be named, if none can be given by position; else None."""
    try:
        parameters = list(inspect.signature(method).parameters.values())
    except (TypeError, ValueError):
        return None
    if any(
        each.kind in {each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD, each.VAR_POSITIONAL} for each in parameters
    ):
        return None
    return next((each.name for each in parameters if each.kind is each.KEYWORD_ONLY), None)
