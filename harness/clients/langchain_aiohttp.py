"""ChatOpenAI on aiohttp; asynchronous only."""

from overlap.harness.clients._langchain import AsyncLangChain
from overlap.harness.clients._transport import on_aiohttp
from overlap.harness.model.endpoint import Endpoint


def client(endpoint: Endpoint) -> AsyncLangChain:
    """Make a client with a session of its own."""
    return AsyncLangChain(endpoint, on_aiohttp(endpoint))
