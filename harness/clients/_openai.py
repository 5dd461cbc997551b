"""Chat completions through the OpenAI SDK: its two halves, each on an HTTP client that it is given."""

from collections.abc import AsyncIterator, Iterator
from typing import TypedDict

import httpx2
import openai

from overlap.harness.clients import _chat
from overlap.harness.model.endpoint import Endpoint


class _Settings(TypedDict):
    base_url: str
    api_key: str
    timeout: float
    max_retries: int


def _settings(endpoint: Endpoint) -> _Settings:
    return {
        "base_url": endpoint.base_url,
        "api_key": endpoint.api_key,
        "timeout": endpoint.timeout,
        "max_retries": endpoint.max_retries,
    }


class AsyncSdk:
    """`AsyncOpenAI` on *http*, which it owns."""

    def __init__(self, endpoint: Endpoint, http: httpx2.AsyncClient) -> None:
        self._endpoint = endpoint
        self._async_client = openai.AsyncOpenAI(**_settings(endpoint), http_client=http)

    async def ainvoke(self, prompt: str) -> str:
        """Return the text of one call."""
        answer = await self._async_client.chat.completions.create(
            model=self._endpoint.model,
            messages=[{"role": "user", "content": prompt}],
            **_chat.options(self._endpoint),
        )
        return answer.choices[0].message.content or ""

    async def astream(self, prompt: str) -> AsyncIterator[str]:
        """Yield the pieces of text of one call as they arrive."""
        chunks = await self._async_client.chat.completions.create(
            model=self._endpoint.model,
            messages=[{"role": "user", "content": prompt}],
            stream=True,
            **_chat.stream_options(self._endpoint),
        )
        async with chunks:
            async for chunk in chunks:
                if chunk.choices and (piece := chunk.choices[0].delta.content):
                    yield piece

    async def aclose(self) -> None:
        """Close the HTTP client and its connections."""
        await self._async_client.close()


class Sdk(AsyncSdk):
    """`OpenAI` and `AsyncOpenAI` on HTTP clients that they own."""

    def __init__(self, endpoint: Endpoint, http: httpx2.Client, async_http: httpx2.AsyncClient) -> None:
        super().__init__(endpoint, async_http)
        self._client = openai.OpenAI(**_settings(endpoint), http_client=http)

    def invoke(self, prompt: str) -> str:
        """Return the text of one call."""
        answer = self._client.chat.completions.create(
            model=self._endpoint.model,
            messages=[{"role": "user", "content": prompt}],
            **_chat.options(self._endpoint),
        )
        return answer.choices[0].message.content or ""

    def stream(self, prompt: str) -> Iterator[str]:
        """Yield the pieces of text of one call as they arrive."""
        chunks = self._client.chat.completions.create(
            model=self._endpoint.model,
            messages=[{"role": "user", "content": prompt}],
            stream=True,
            **_chat.stream_options(self._endpoint),
        )
        with chunks:
            for chunk in chunks:
                if chunk.choices and (piece := chunk.choices[0].delta.content):
                    yield piece

    def close(self) -> None:
        """Close the blocking half; the asynchronous half holds nothing until it is used."""
        self._client.close()

    async def aclose(self) -> None:
        """Close both halves."""
        self._client.close()
        await super().aclose()
