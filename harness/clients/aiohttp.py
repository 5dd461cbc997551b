"""aiohttp by hand, without an SDK: the cheapest way to make a call from Python; asynchronous only."""

from collections.abc import AsyncIterator

import aiohttp

from overlap.harness.clients import _chat
from overlap.harness.model.endpoint import Endpoint


class Aiohttp:
    """A session of its own, opened by the first call, since aiohttp binds a session to the running loop."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._url = endpoint.url(_chat.PATH)
        self._session: aiohttp.ClientSession | None = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            endpoint = self._endpoint
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=endpoint.max_connections, keepalive_timeout=endpoint.keepalive
                ),
                # `connect` is the wait for a free place in the pool; `total` would cut long streams.
                timeout=aiohttp.ClientTimeout(
                    total=None, connect=endpoint.timeout, sock_connect=endpoint.timeout, sock_read=endpoint.timeout
                ),
                headers=_chat.headers(endpoint),
                trust_env=False,
            )
        return self._session

    async def ainvoke(self, prompt: str) -> str:
        """Return the text of one call."""
        body = _chat.asking(self._endpoint, prompt)
        async with self._opened().post(self._url, json=body, allow_redirects=False) as response:
            if response.status >= 400:
                raise _chat.Refused(await response.text(errors="replace"), response.status)
            return _chat.text(await response.read())

    async def astream(self, prompt: str) -> AsyncIterator[str]:
        """Yield the pieces of text of one call as they arrive; the body is read to its end, past `[DONE]`."""
        body = _chat.listening(self._endpoint, prompt)
        async with self._opened().post(self._url, json=body, allow_redirects=False) as response:
            if response.status >= 400:
                raise _chat.Refused(await response.text(errors="replace"), response.status)
            reader = _chat.ChatStreamReader()
            async for data in response.content.iter_any():
                for piece in reader.feed(data):
                    yield piece
            for piece in reader.end():
                yield piece

    async def aclose(self) -> None:
        """Close the session and its connections."""
        if self._session is not None:
            await self._session.close()


def client(endpoint: Endpoint) -> Aiohttp:
    """Make a client with a session of its own."""
    return Aiohttp(endpoint)
