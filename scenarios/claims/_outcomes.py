"""Makes calls that may fail, and names the outcome of each: ok, or its error."""

from collections.abc import Callable
from typing import Any

OK = "ok"


def outcome(call: Callable[..., Any]) -> str:
    """Make a plain call, and return "ok" or the name of its error."""
    try:
        call()
    except Exception as error:  # noqa: BLE001  which error it is, is what is measured
        return type(error).__name__
    return OK


async def awaited(awaitable: Any) -> str:
    """Await *awaitable*, and return "ok" or the name of its error."""
    try:
        await awaitable
    except Exception as error:  # noqa: BLE001  which error it is, is what is measured
        return type(error).__name__
    return OK


def refused(outcomes: dict[str, str]) -> list[str]:
    """Return the names of the calls that failed."""
    return [name for name, outcome in outcomes.items() if outcome != OK]


def told(outcomes: dict[str, str]) -> str:
    """
    Write the outcome of every call.

    >>> told({"invoke": "TypeError", "batch": "TypeError", "ainvoke": "ok"})
    'TypeError from invoke and batch; ok: ainvoke'
    """
    names_by_outcome: dict[str, list[str]] = {}
    for name, outcome in outcomes.items():
        names_by_outcome.setdefault(outcome, []).append(name)
    return "; ".join(
        f"{OK}: {', '.join(names)}" if outcome == OK else f"{outcome} from {_and(names)}"
        for outcome, names in names_by_outcome.items()
    )


def _and(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
