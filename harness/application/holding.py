"""Applications that are made on the loop: by async functions, and by context managers that are left at the end."""

import asyncio
import inspect
import sys
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import Context
from typing import Any

from overlap.harness.application.adapting import fitted, methods, produced
from overlap.harness.application.blame import ApplicationError, failure_line
from overlap.harness.model.endpoint import Endpoint


class Holder:
    """
    Makes an application on the running loop, and leaves the context manager that it came from, if there is one.

    One task enters and leaves it, as cancel scopes need it, which clients of tool servers have. Variables that it
    sets in *context* are there for whoever runs in that, too; before Python 3.11 they are not.
    """

    def __init__(self, context: Context | None = None) -> None:
        self._context = context
        self._release = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def application(self, thing: Any, endpoint: Endpoint, word: str) -> Any:
        """
        Return the application that *thing* is or builds; *word* names it in errors.

        What is built may be awaited or entered first: an async function, a function whose generator yields the
        application, a context manager. Raise `ApplicationError` as `adapting.built` does.
        """
        try:
            value = produced(thing, endpoint)
            if inspect.isawaitable(value):
                value = await value
            manager = None if value is thing or methods(value) else _manager(value)
            if manager is not None:
                value = await self._entered(manager)
        except Exception as wrong:  # the user's own function may raise anything
            raise ApplicationError(failure_line(wrong, word)) from wrong
        return fitted(value, word)

    async def _entered(self, manager: Any) -> Any:
        ready: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        options: dict[str, Any] = {"context": self._context} if sys.version_info >= (3, 11) else {}
        self._task = asyncio.get_running_loop().create_task(self._hold(manager, ready), **options)
        return await ready

    async def _hold(self, manager: Any, ready: "asyncio.Future[Any]") -> None:
        try:
            async with AsyncExitStack() as stack:
                if hasattr(type(manager), "__aenter__"):
                    ready.set_result(await stack.enter_async_context(manager))
                else:
                    ready.set_result(stack.enter_context(manager))
                await self._release.wait()
        except BaseException as wrong:
            if ready.done():
                raise
            ready.set_exception(wrong)

    async def leave(self) -> None:
        """Leave the context manager; raise what it raises."""
        if self._task:
            self._release.set()
            await self._task


def _manager(value: Any) -> Any:
    """Return the context manager that *value* is, or as which its generator is meant; None if it is neither."""
    if inspect.isasyncgen(value):
        return asynccontextmanager(lambda: value)()
    if inspect.isgenerator(value):
        return contextmanager(lambda: value)()
    entered = any(hasattr(type(value), name) for name in ("__aenter__", "__enter__"))
    return value if entered else None
