"""What scenarios build chains of: the chat model of a LangChain client, steps with both halves, clients anew."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from overlap.harness import registry
from overlap.harness.mock.journal import take
from overlap.harness.model.endpoint import Endpoint


def model(client: Any) -> Any:
    """Return the chat model underneath *client*; raises `Unknown` for a client that has none."""
    if not hasattr(client, "model"):
        raise registry.Unknown("this scenario needs a LangChain client: langchain, langchain_aiohttp, chain, …")
    return client.model


def step(func: Callable[[Any], Any], afunc: Callable[[Any], Awaitable[Any]]) -> Any:
    """Make a step of a chain that has a blocking and an asynchronous half, so that every strategy applies."""
    from langchain_core.runnables import RunnableLambda

    return RunnableLambda(func, afunc)


def anew(name: str, endpoint: Endpoint, **settings: Any) -> Any:
    """Build the client called *name* with other *settings* of the endpoint; whoever asks must close it."""
    return registry.load("overlap.harness.clients", name).client(replace(endpoint, **settings))


def forget(endpoint: Endpoint) -> None:
    """Take what building an application asked out of the server's journal: it belongs to no call."""
    take(endpoint.base_url.removesuffix("/v1"))
