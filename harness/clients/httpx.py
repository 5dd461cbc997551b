"""
httpx 0.28 by hand, without an SDK: what older code runs on, quadratic in its connections.

Every request walks over all connections of the pool (encode/httpcore#1035), so that CPU per call at 32 calls in
flight is four times that of one. Here to be measured, not to drive load with.
"""

import httpx

from overlap.harness.clients._httpx import Httpx
from overlap.harness.model.endpoint import Endpoint


def client(endpoint: Endpoint) -> Httpx:
    """Make a client with connection pools of its own."""
    return Httpx(endpoint, httpx)
