"""The OpenAI SDK as it comes, on httpx2."""

from harness.clients._openai import Sdk
from harness.clients._transport import blocking, on_httpx2
from harness.endpoint import Endpoint


def client(endpoint: Endpoint) -> Sdk:
    """Make a client with connection pools of its own."""
    return Sdk(endpoint, blocking(endpoint), on_httpx2(endpoint))
