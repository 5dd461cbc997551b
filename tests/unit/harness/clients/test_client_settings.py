"""What the libraries underneath are told: limits, timeouts and retries, none of them a default."""

import asyncio

import httpx
import httpx2
import pytest

from overlap.harness import registry
from overlap.harness.clients._http import settings
from overlap.harness.model.endpoint import Endpoint

pytestmark = pytest.mark.langchain

ENDPOINT = Endpoint("http://127.0.0.1:8000/v1", timeout=7.0, max_connections=33, keepalive=3.0)


@pytest.mark.parametrize("library", [httpx, httpx2])
def test_the_whole_pool_is_kept_alive(library):
    """Both libraries would keep 20 connections and open the others anew for every call."""
    told = settings(ENDPOINT, library)
    limits = library.Limits(max_connections=33, max_keepalive_connections=33, keepalive_expiry=3.0)
    assert told["limits"] == limits
    assert told["timeout"] == 7.0
    assert told["trust_env"] is False


def test_encryption_is_verified_where_there_is_any():
    """Plain HTTP is spared the TLS context, https never its verification."""
    assert settings(Endpoint("https://api.example.org/v1"), httpx2)["verify"] is True
    assert settings(ENDPOINT, httpx2)["verify"] is False


@pytest.mark.parametrize("name", ["langchain", "langchain_aiohttp"])
def test_chat_open_ai_gets_timeout_retries_and_clients_of_its_own(name):
    """Left to itself it has no timeout, two retries, and an HTTP client that all of the process shares."""
    one = registry.load("overlap.harness.clients", name).client(ENDPOINT)
    other = registry.load("overlap.harness.clients", name).client(ENDPOINT)
    model = one.model
    assert (model.request_timeout, model.stream_chunk_timeout, model.max_retries) == (7.0, 7.0, 0)
    assert model.root_async_client.timeout == 7.0
    assert model.root_client.max_retries == model.root_async_client.max_retries == 0
    assert model.stream_usage is False
    assert model.root_async_client._client is not other.model.root_async_client._client
    assert model.root_client._client is not other.model.root_client._client
    asyncio.run(one.aclose())
    asyncio.run(other.aclose())
    assert model.http_client.is_closed
    assert model.http_async_client.is_closed
