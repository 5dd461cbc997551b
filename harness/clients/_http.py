"""What an httpx client is told: pool, timeout, TLS; nothing from the environment, nothing left to defaults."""

from types import ModuleType
from typing import Any

from overlap.harness.model.endpoint import Endpoint


def settings(endpoint: Endpoint, library: ModuleType) -> dict[str, Any]:
    """
    Return the keyword arguments for a `Client` or `AsyncClient` of *library*, httpx or httpx2.

    Every connection of the pool may stay open: the libraries keep 20 (the SDK 100) and open the rest anew for
    each call. No `transport` may be added to these, it would drop the limits without a word.
    """
    limits = library.Limits(
        max_connections=endpoint.max_connections,
        max_keepalive_connections=endpoint.max_connections,
        keepalive_expiry=endpoint.keepalive,
    )
    return {
        "limits": limits,
        "timeout": endpoint.timeout,
        "verify": endpoint.tls,
        "trust_env": False,
        "follow_redirects": False,
    }
