"""The OpenAI SDK on aiohttp, which is one argument and a third less CPU under load; asynchronous only."""

from overlap.harness.clients._openai import AsyncSdk
from overlap.harness.clients._transport import on_aiohttp
from overlap.harness.model.endpoint import Endpoint


def client(endpoint: Endpoint) -> AsyncSdk:
    """Make a client with a session of its own."""
    return AsyncSdk(endpoint, on_aiohttp(endpoint))
