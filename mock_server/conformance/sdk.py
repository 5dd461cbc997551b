"""The official SDK as every check asks it: as it comes, but for retries, which would hide a deviation."""

import ssl
from functools import cache
from typing import Any

import httpx2
import openai

KEY = "sk-conformance"
_TOLD: dict[str, Any] = {"api_key": KEY, "max_retries": 0}


def client(url: str) -> openai.OpenAI:
    """Make a blocking client of the server at *url*."""
    return openai.OpenAI(base_url=url, http_client=openai.DefaultHttpxClient(verify=_tls()), **_TOLD)


def async_client(url: str) -> openai.AsyncOpenAI:
    """Make an asynchronous client of the server at *url*."""
    return openai.AsyncOpenAI(base_url=url, http_client=async_http(), **_TOLD)


def async_http() -> httpx2.AsyncClient:
    """Make the HTTP client that the SDK would make itself; the caller closes it."""
    return openai.DefaultAsyncHttpxClient(verify=_tls())


@cache
def _tls() -> ssl.SSLContext:
    # What the SDK makes for each client, 40 ms of reading certificates; there are forty checks.
    return httpx2.create_ssl_context()
