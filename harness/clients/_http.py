"""What an httpx client is told: pool, timeout, TLS; nothing from the environment, nothing left to defaults."""

from types import ModuleType
from typing import Any, TypedDict

from overlap.harness.model.endpoint import Endpoint


class HttpSettings(TypedDict):
    """The keyword arguments of a client; `limits` is of the library's own type."""

    limits: Any
    timeout: float
    verify: bool
    trust_env: bool
    follow_redirects: bool


def settings(endpoint: Endpoint, library: ModuleType) -> HttpSettings:
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
