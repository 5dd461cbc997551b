"""The OpenAI SDK on httpx 0.28, as older code hands it over: quadratic in its connections."""

import httpx

from harness.clients._http import settings
from harness.clients._openai import Sdk
from harness.endpoint import Endpoint


def client(endpoint: Endpoint) -> Sdk:
    """Make a client with connection pools of its own."""
    told = settings(endpoint, httpx)
    return Sdk(endpoint, httpx.Client(**told), httpx.AsyncClient(**told))
