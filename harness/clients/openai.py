"""The OpenAI SDK as it comes, on httpx2."""

from overlap.harness.clients._openai import Sdk
from overlap.harness.clients._transport import blocking, on_httpx2
from overlap.harness.model.endpoint import Endpoint


def client(endpoint: Endpoint) -> Sdk:
    """Make a client with connection pools of its own."""
    return Sdk(endpoint, blocking(endpoint), on_httpx2(endpoint))
