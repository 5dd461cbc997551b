"""ChatOpenAI, LangChain's model class, as it comes (on httpx2)."""

from overlap.harness.clients._langchain import LangChain
from overlap.harness.clients._transport import on_httpx2
from overlap.harness.model.endpoint import Endpoint


def client(endpoint: Endpoint) -> LangChain:
    """Make a client with connection pools of its own."""
    return LangChain(endpoint, on_httpx2(endpoint))
