"""
How our own client reports its requests to a listener: before a request leaves, and as its response comes.

Other libraries have no listener and must be wrapped (`remote.hooks`); the floor client looks for one.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class ExchangeListener(Protocol):
    """One request that has left, and its answer."""

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Take the head of the answer; names of headers are in lower case."""

    def feed(self, data: bytes) -> None:
        """Take a piece of the body."""

    def end(self) -> None:
        """Note that the answer has ended, or will never come."""


class Listener(Protocol):
    """The observer of requests, called before each leaves: it may hold the request back for a while, or raise."""

    async def asked(self, body: bytes) -> ExchangeListener:
        """Return the receiver of the response to *body*."""


# The measured code makes the client with an endpoint and nothing else, so the client finds its listener here. A
# variable of the context and not of the module, so that a client made elsewhere has none.
_LISTENER: ContextVar[Listener | None] = ContextVar("listener of the clients made here", default=None)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have every client of ours that is made meanwhile report to *listener*."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def listener() -> Listener | None:
    """Return what a client that is made now reports to."""
    return _LISTENER.get()
