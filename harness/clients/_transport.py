"""The HTTP clients that the OpenAI SDK and LangChain run on, each with a pool of its own."""

import httpx2
import openai

from overlap.harness.clients._http import settings
from overlap.harness.model.endpoint import Endpoint


def blocking(endpoint: Endpoint) -> httpx2.Client:
    """Make the blocking HTTP client; there is none on aiohttp."""
    return httpx2.Client(**settings(endpoint, httpx2))


def on_httpx2(endpoint: Endpoint) -> httpx2.AsyncClient:
    """Make the asynchronous HTTP client that the SDK would make itself, with limits and timeout set on purpose."""
    return httpx2.AsyncClient(**settings(endpoint, httpx2))


def on_aiohttp(endpoint: Endpoint) -> httpx2.AsyncClient:
    """Make the asynchronous HTTP client with aiohttp underneath; it opens its session at the first call."""
    return openai.DefaultAioHttpClient(**settings(endpoint, httpx2))
