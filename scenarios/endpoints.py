"""Which way of calling a chain in a FastAPI endpoint serves its users, and which makes them queue?"""

import atexit
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from overlap.harness.host import our_package
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Builder, Plan
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import (
    as_count,
    in_each,
    lasting,
    ratio,
    variants,
    versus,
    with_interval,
    without_interval,
)
from overlap.scenarios._langchain import forget
from overlap.scenarios._questions import questions as prompts

if TYPE_CHECKING:
    from overlap.harness.mock.process import Server

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "endpoints"
PATHS = {"def + invoke": "invoke", "async def + invoke": "async-invoke", "async def + ainvoke": "ainvoke"}
STREAM = "async def + astream"

# The service is a process of its own behind uvicorn, as its users would have it; the client is not the chain's.
_EITHER = Plan(clients=("aiohttp",), concurrency=(10,), rounds=3, profile="steady,ttft=0.05,itl=0.005", tokens=11)
PLAN = (
    replace(_EITHER, strategies=("gather_bounded",), variants=tuple(PATHS)),
    replace(_EITHER, strategies=("astream_many",), variants=(STREAM,)),
)

_running: "dict[str, Server]" = {}


def served(endpoint: Endpoint) -> str:
    """Return the address of the service upon *endpoint*, started at first; one process lasts a launch's slots."""
    from overlap.harness.mock.process import start

    llm = endpoint.base_url.removesuffix("/v1")
    if llm not in _running:
        _running[llm] = start(our_package.command("overlap.scenarios.service", "--llm", llm, "--port", "0"))
        atexit.register(_running[llm].stop)
        forget(endpoint)
    return _running[llm].base_url


class Users:
    """Asks the service one question a call, over connections that stay open."""

    def __init__(self, address: str, path: str) -> None:
        self._url = f"{address}/{path}"
        self._session: Any = None

    def _post(self, prompt: str) -> Any:
        import aiohttp

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=30)
            connector = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=connector, raise_for_status=True)
        return self._session.post(self._url, json={"question": prompt})

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


class Asking(Users):
    """Waits for the whole answer."""

    async def ainvoke(self, prompt: str) -> Any:
        """Ask one question."""
        async with self._post(prompt) as response:
            return (await response.json())["answer"]


class Listening(Users):
    """Reads the answer as it comes."""

    async def astream(self, prompt: str) -> AsyncIterator[str]:
        """Yield the pieces of one answer."""
        async with self._post(prompt) as response:
            async for line in response.content:
                if line.startswith(b"data: {"):
                    yield orjson.loads(line[6:])["text"]


def asking(_client: Any, endpoint: Endpoint, path: str) -> Asking:
    """Build the users of one endpoint; the LLM's client is the service's own."""
    return Asking(served(endpoint), path)


VARIANTS: dict[str, Builder] = {
    **{name: partial(asking, path=path) for name, path in PATHS.items()},
    STREAM: lambda _client, endpoint: Listening(served(endpoint), "stream"),
}


def answer(summary: Summary) -> str | None:
    """Say how long each endpoint keeps its users waiting, and how many of them the LLM saw at once."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    blocking, awaited = by_variant.get("async def + invoke"), by_variant.get("async def + ainvoke")
    factor = ratio(summary, blocking, awaited, "makespan")
    if not factor or not awaited:
        return None
    sentences = [
        f"{name} {without_interval(cell, 'makespan')}, {as_count(cell, 'peak')} at the LLM"
        for name, cell in by_variant.items()
    ]
    first = (
        f" A stream's first piece comes after {with_interval(by_variant[STREAM], 'ttft.p50')}."
        if STREAM in by_variant
        else ""
    )
    sides = "async def + invoke and async def + ainvoke"
    slower = versus(factor, "async def + invoke takes {} as long as async def + ainvoke", sides)
    users = f"{awaited.cell.concurrency:,} users at once, answers{lasting(summary, by_variant.values())}"
    return f"{slower}. {users.removesuffix(', answers')}: {'; '.join(sentences)}.{first}"


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
