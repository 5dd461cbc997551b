"""`asyncio.Runner`, and a stand-in for it under Python 3.10, which an application's own environment may have."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from typing import Any

if sys.version_info >= (3, 11):  # noqa: UP036  a worker's Python is another one
    from asyncio import Runner as Runner  # noqa: PLC0414  to be imported from here
else:

    class Runner:
        """
        As much of `asyncio.Runner` as a slot needs, for Python 3.10.

        The limit: a context variable that one `run` sets is not there in the next.
        """

        def __init__(self, *, loop_factory: Callable[[], asyncio.AbstractEventLoop]) -> None:
            self._loop = loop_factory()
            asyncio.set_event_loop(self._loop)

        def __enter__(self) -> "Runner":  # noqa: PYI034  3.10 has no Self
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

        def get_loop(self) -> asyncio.AbstractEventLoop:
            """Return the loop."""
            return self._loop

        def run(self, work: Coroutine[Any, Any, Any]) -> Any:
            """Run *work* to its end and return its result."""
            return self._loop.run_until_complete(work)

        def close(self) -> None:
            """Cancel what still runs, end generators and threads, and close the loop."""
            try:
                left = asyncio.all_tasks(self._loop)
                for task in left:
                    task.cancel()
                self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
                self._loop.run_until_complete(self._loop.shutdown_asyncgens())
                self._loop.run_until_complete(self._loop.shutdown_default_executor())
            finally:
                asyncio.set_event_loop(None)
                self._loop.close()
