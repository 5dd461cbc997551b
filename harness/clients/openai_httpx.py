"""The OpenAI SDK on httpx 0.28, as older code hands it over: quadratic in its connections."""

from typing import Any

import httpx

from overlap.harness.clients._http import settings
from overlap.harness.clients._openai import Sdk
from overlap.harness.model.endpoint import Endpoint


def client(endpoint: Endpoint) -> Sdk:
    """Make a client with connection pools of its own."""
    options = settings(endpoint, httpx)
    # The SDK takes either library's clients, but its types name httpx2's alone.
    blocking: Any = httpx.Client(**options)
    asynchronous: Any = httpx.AsyncClient(**options)
    return Sdk(endpoint, blocking, asynchronous)
