"""httpx2 by hand, without an SDK: the HTTP library underneath the OpenAI SDK and LangChain."""

import httpx2

from overlap.harness.clients._httpx import Httpx
from overlap.harness.model.endpoint import Endpoint


def client(endpoint: Endpoint) -> Httpx:
    """Make a client with connection pools of its own."""
    return Httpx(endpoint, httpx2)
