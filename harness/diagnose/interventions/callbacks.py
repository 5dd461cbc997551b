"""The application's callback handlers left out."""

from collections.abc import Awaitable, Callable
from time import monotonic_ns
from typing import Any

from overlap.harness.diagnose.notes import Notes
from overlap.harness.diagnose.observation import Observation
from overlap.harness.diagnose.places import own

KIND = "trap"
HEADLINE = "p95"
NOTHING = "there is no callback handler of the application's"


def _theirs(handler: Any) -> bool:
    """Return whether *handler* is the application's: its class is defined in a file of its own."""
    import sys

    module = sys.modules.get(type(handler).__module__)
    file = getattr(module, "__file__", None)
    return file is None or own(file)


def watch(notes: Notes) -> None:
    """Note what each handler's events take."""
    try:
        from langchain_core.callbacks import manager
    except ImportError:
        return
    awaited, plain = manager._ahandle_event_for_handler, manager.handle_event  # noqa: SLF001  no public seam

    def note(handler: Any, event: str, began: int) -> None:
        if notes.measuring and _theirs(handler):
            about = {"handler": type(handler).__name__, "event": event}
            notes.add("callback", about, took=monotonic_ns() - began)

    async def one(handler: Any, event: str, *args: Any, **kwargs: Any) -> None:
        began = monotonic_ns()
        await awaited(handler, event, *args, **kwargs)
        note(handler, event, began)

    def several(handlers: list[Any], event: str, *args: Any, **kwargs: Any) -> None:
        for handler in handlers:
            began = monotonic_ns()
            plain([handler], event, *args, **kwargs)
            note(handler, event, began)

    vars(manager).update(_ahandle_event_for_handler=one, handle_event=several)


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Leave them out where there are some."""
    return {} if seen.of("callback") else None


def apply() -> None:
    """Hand events to the libraries' own handlers alone."""
    from langchain_core.callbacks import manager

    awaited: Callable[..., Awaitable[None]] = manager.ahandle_event
    plain = manager.handle_event

    async def several(handlers: list[Any], *args: Any, **kwargs: Any) -> None:
        await awaited([each for each in handlers if not _theirs(each)], *args, **kwargs)

    def blocking(handlers: list[Any], *args: Any, **kwargs: Any) -> None:
        plain([each for each in handlers if not _theirs(each)], *args, **kwargs)

    vars(manager).update(ahandle_event=several, handle_event=blocking)


def title(seen: Observation) -> str:
    """Name the handler and the event that took longest."""
    note = seen.of("callback")[0]
    each = note["took"] / note["count"] / 1e6
    return f"the callback {note['handler']}.{note['event']}, {note['count']} times {each:.1f} ms"


def advice(seen: Observation) -> str:
    """Return in words how a handler is made cheap."""
    note = seen.of("callback")[0]
    return (
        f"derive {note['handler']} from AsyncCallbackHandler (`async def {note['event']}`), and have it put what "
        "it sees into a queue that a task of its own writes away; a plain handler takes a thread for every event"
    )
