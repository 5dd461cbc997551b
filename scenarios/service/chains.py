"""What the endpoints call: one chain, an agent and a retriever, on one client that the process keeps."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from anyio.to_thread import current_default_thread_limiter

from overlap.harness.clients._langchain import LangChain
from overlap.harness.clients.chain import client
from overlap.harness.model.endpoint import Endpoint
from overlap.scenarios.service.agent import ServiceAgent
from overlap.scenarios.service.retrieval import ServiceRetrieval, retrieval
from overlap.scenarios.service.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Chains:
    """`chain` takes a question and answers a string, by any of a runnable's methods."""

    chain: Any
    agent: ServiceAgent
    retrieval: ServiceRetrieval


@asynccontextmanager
async def chain_alone(settings: ServiceSettings) -> AsyncIterator[LangChain]:
    """Build what has the chain as its `runnable`, for a service that offers nothing else; close it at the end."""
    async with _held(_endpoint(settings)) as held:
        yield held


@asynccontextmanager
async def chains(settings: ServiceSettings) -> AsyncIterator[Chains]:
    """
    Build everything once, inside the loop that will use it, and close it at the end.

    A client built per request would make a TLS context and a connection each time; one that several loops share
    fails in all but the first (langchain-ai/langchain#35783).
    """
    endpoint = _endpoint(settings)
    async with _held(endpoint) as held, retrieval(endpoint, held.model) as with_passages:
        yield Chains(held.runnable, ServiceAgent(held.model), with_passages)


def _endpoint(settings: ServiceSettings) -> Endpoint:
    size_threads(settings.requests)
    return Endpoint(
        f"{settings.llm}/v1", timeout=settings.timeout, max_connections=settings.requests, max_retries=0
    )


@asynccontextmanager
async def _held(endpoint: Endpoint) -> AsyncIterator[LangChain]:
    held = client(endpoint)
    try:
        yield held
    finally:
        held.close()
        await held.aclose()


def size_threads(requests: int) -> None:
    """
    Give `def` endpoints (anyio's 40 threads) and the default executor (CPUs + 4) as many threads as requests.

    Left alone, the executor is what an asynchronous LangChain service queues for: every `ainvoke` needs it.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(requests, thread_name_prefix="asyncio"))
    current_default_thread_limiter().total_tokens = requests
