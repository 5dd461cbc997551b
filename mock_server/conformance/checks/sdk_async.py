"""The official SDK, with asyncio: many at once, streamed, of every endpoint."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from openai import AsyncOpenAI

from overlap.mock_server.conformance import sdk
from overlap.mock_server.conformance.expect import same, true


def _run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def at_once(url: str) -> None:
    """Fifty requests at once get fifty answers with ids of their own."""

    async def work() -> None:
        async with sdk.async_client(url) as client:
            asked = [
                client.chat.completions.create(model="mock-model", messages=[{"role": "user", "content": "Hi."}])
                for _ in range(50)
            ]
            response = await asyncio.gather(*asked)
        same("ids", len({answer.id for answer in response}), 50)

    _run(work())


def streamed(url: str) -> None:
    """Ten concurrent streams each return the complete text."""

    async def one(client: AsyncOpenAI) -> str:
        stream = await client.chat.completions.create(
            model="mock-model", messages=[{"role": "user", "content": "Hi."}], stream=True
        )
        return "".join([chunk.choices[0].delta.content or "" async for chunk in stream])

    async def work() -> None:
        async with sdk.async_client(url) as client:
            texts = await asyncio.gather(*(one(client) for _ in range(10)))
        same("different texts", len(set(texts)), 1)
        true("there is text", texts[0])

    _run(work())


def left_early(url: str) -> None:
    """A stream left after its first chunk does not disturb the next one."""

    async def work() -> None:
        async with sdk.async_client(url) as client:
            for _ in range(3):
                stream = await client.responses.create(model="mock-model", input="Hi.", stream=True)
                async for _event in stream:
                    break
                await stream.close()
            response = await client.responses.create(model="mock-model", input="Hi.")
        true("there is text", response.output_text)

    _run(work())


def embedded(url: str) -> None:
    """Embeddings arrive in the order asked for."""

    async def work() -> None:
        async with sdk.async_client(url) as client:
            response = await client.embeddings.create(model="text-embedding-3-small", input=["a", "b", "a"])
        same("indexes", [item.index for item in response.data], [0, 1, 2])
        true("equal texts have equal vectors", response.data[0].embedding == response.data[2].embedding)
        true("others have others", response.data[0].embedding != response.data[1].embedding)

    _run(work())
