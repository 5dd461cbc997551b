"""Chat completions over httpx or httpx2, whose interfaces are the same: requests and event streams by hand."""

from collections.abc import AsyncIterator, Iterator
from types import ModuleType

from overlap.harness.clients import _chat
from overlap.harness.clients._http import settings
from overlap.harness.model.endpoint import Endpoint


class Httpx:
    """
    A blocking and an asynchronous client with pools of their own, on *library* (httpx or httpx2).

    Streams are read to the end of the body, past `[DONE]`, or their connection could not be used again.
    """

    def __init__(self, endpoint: Endpoint, library: ModuleType) -> None:
        self._endpoint = endpoint
        self._url = endpoint.url(_chat.PATH)
        options = {**settings(endpoint, library), "headers": _chat.headers(endpoint)}
        self._client = library.Client(**options)
        self._async_client = library.AsyncClient(**options)

    def invoke(self, prompt: str) -> str:
        """Return the text of one call."""
        response = self._client.post(self._url, json=_chat.asking(self._endpoint, prompt))
        if response.status_code >= 400:
            raise _chat.Refused(response.text, response.status_code)
        return _chat.text(response.content)

    async def ainvoke(self, prompt: str) -> str:
        """Return the text of one call."""
        response = await self._async_client.post(self._url, json=_chat.asking(self._endpoint, prompt))
        if response.status_code >= 400:
            raise _chat.Refused(response.text, response.status_code)
        return _chat.text(response.content)

    def stream(self, prompt: str) -> Iterator[str]:
        """Yield the pieces of text of one call as they arrive."""
        body = _chat.listening(self._endpoint, prompt)
        with self._client.stream("POST", self._url, json=body) as response:
            if response.status_code >= 400:
                raise _chat.Refused(response.read().decode(errors="replace"), response.status_code)
            reader = _chat.ChatStreamReader()
            for data in response.iter_bytes():
                yield from reader.feed(data)
            yield from reader.end()

    async def astream(self, prompt: str) -> AsyncIterator[str]:
        """Yield the pieces of text of one call as they arrive."""
        body = _chat.listening(self._endpoint, prompt)
        async with self._async_client.stream("POST", self._url, json=body) as response:
            if response.status_code >= 400:
                raise _chat.Refused((await response.aread()).decode(errors="replace"), response.status_code)
            reader = _chat.ChatStreamReader()
            async for data in response.aiter_bytes():
                for piece in reader.feed(data):
                    yield piece
            for piece in reader.end():
                yield piece

    def close(self) -> None:
        """Close the blocking half; the asynchronous half holds nothing until it is used."""
        self._client.close()

    async def aclose(self) -> None:
        """Close both halves."""
        self._client.close()
        await self._async_client.aclose()
