"""
Measures how long requests waited for a place in a client's connection pool.

No HTTP library reports this, so the method in which each of them waits is wrapped while a slot is timed; a request
that gets a connection at once does not pass through it. These methods are private: if a version has moved one,
that library's pool is not watched; if no pool is watched, the figure is unknown.
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from inspect import iscoroutinefunction
from time import monotonic_ns
from typing import TYPE_CHECKING, Any

from overlap.harness.clients.floor import FloorClient
from overlap.harness.model.quantile import quantile
from overlap.harness.model.record import Queue

if TYPE_CHECKING:
    from typing import Self  # not in 3.10, under which a worker runs, too

# Module, class, method, and a function that tells whether a call is a wait. The method of httpcore returns
# at once if there is a connection, and is called again if that was taken meanwhile.
WAITS: tuple[tuple[str, str, str, Callable[[Any], bool]], ...] = (
    *(
        (f"{core}.{half}.connection_pool", name, "wait_for_connection", lambda request: request.connection is None)
        for core in ("httpcore", "httpcore2")
        for half, name in (("_async", "AsyncPoolRequest"), ("_sync", "PoolRequest"))
    ),
    ("aiohttp.connector", "BaseConnector", "_wait_for_available_connection", lambda _connector: True),
)


class PoolWaits:
    """
    Watch the connection pools of the loaded libraries, from entering to leaving; `queue` has the result.

    If *client* is the floor client, which is ours, it reports its waits itself.
    """

    def __init__(self, client: Any = None) -> None:
        self._floor = client if isinstance(client, FloorClient) else None
        self._took: list[int] = []
        self._watched = False
        self._restore = ExitStack()

    def __enter__(self) -> "Self":
        for module, name, method, waits in WAITS:
            owner = getattr(sys.modules.get(module), name, None)
            original = getattr(owner, method, None)
            if original is not None:
                self._watched = True
                setattr(owner, method, self._timed(original, waits))
                self._restore.callback(setattr, owner, method, original)
        if self._floor:
            self._watched = True
            self._floor.waited = self._took.append
        return self

    def __exit__(self, *_: object) -> None:
        self._restore.close()
        if self._floor:
            self._floor.waited = None

    def _timed(self, original: Callable[..., Any], waits: Callable[[Any], bool]) -> Callable[..., Any]:
        async def awaited(owner: Any, *args: Any, **kwargs: Any) -> Any:
            if not waits(owner):
                return await original(owner, *args, **kwargs)
            began = monotonic_ns()
            try:
                return await original(owner, *args, **kwargs)
            finally:
                self._took.append(monotonic_ns() - began)

        def blocking(owner: Any, *args: Any, **kwargs: Any) -> Any:
            if not waits(owner):
                return original(owner, *args, **kwargs)
            began = monotonic_ns()
            try:
                return original(owner, *args, **kwargs)
            finally:
                self._took.append(monotonic_ns() - began)

        return awaited if iscoroutinefunction(original) else blocking

    @property
    def queue(self) -> Queue | None:
        """Number, median and maximum (ns) of the waits; 0 if no request waited, None if no pool is watched."""
        if not self._watched:
            return None
        waits = self._took
        return Queue(len(waits), round(quantile(waits, 0.5)), max(waits)) if waits else Queue(0, 0, 0)
