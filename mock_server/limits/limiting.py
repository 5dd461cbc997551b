"""Admits requests by the limits of their model, and tells callers how they stand."""

import math

from overlap.mock_server.limits import heads
from overlap.mock_server.limits.buckets import OwnBuckets, SharedBuckets
from overlap.mock_server.limits.limits import WHOLE_MINUTE, RateLimits, Standing, spelled
from overlap.mock_server.wire.common import errors
from overlap.mock_server.wire.common.errors import ApiError

UNLIMITED = 10**9
"""The limit of the kind that is not limited, where only the other is."""


class Limiting:
    """RateLimits on requests and tokens a minute for each model; 0 is no limit. *burst* is as in `RateLimits`."""

    def __init__(
        self,
        requests: int,
        tokens: int,
        buckets: OwnBuckets | SharedBuckets | None = None,
        burst: float = WHOLE_MINUTE,
    ) -> None:
        self._most = (requests or UNLIMITED, tokens or UNLIMITED) if requests or tokens else None
        self._buckets = buckets or OwnBuckets()
        self._burst = burst

    def admit(self, model: str, tokens: int, now: int) -> bytes:
        """Return the rate-limit headers of a request that passes at *now* (ns); raises `ApiError` for others."""
        if self._most is None:
            return heads.NO_LIMITS
        if tokens > max(self._most[1] * self._burst / WHOLE_MINUTE, 1):
            raise _too_large(model, self._most[1], tokens)
        with self._buckets.lock:
            standing = RateLimits(*self._most, self._buckets.state(model), self._burst).ask(now, tokens)
        if standing.wait:
            raise self._refused(model, tokens, standing)
        return heads.lines(heads.limit_pairs(self._most, standing))

    def _refused(self, model: str, tokens: int, standing: Standing) -> ApiError:
        assert self._most is not None
        limit, requested = (self._most[0], 1) if standing.unit == "requests" else (self._most[1], tokens)
        refused = errors.rate_limited(
            model, standing.unit, limit, standing.used, requested, spelled(standing.wait)
        )
        pairs = heads.limit_pairs(self._most, standing)
        ms = math.ceil(standing.wait / 1e6)
        waits = [("retry-after-ms", str(ms)), ("retry-after", str(math.ceil(ms / 1000)))]
        return ApiError(refused.status, refused.body, (*refused.headers, *waits, *pairs))


def _too_large(model: str, limit: int, requested: int) -> ApiError:
    """429: a request that no wait will let pass."""
    message = (
        f"Request too large for {model} in organization org-overlap on tokens per min (TPM): Limit {limit}, "
        f"Requested {requested}. The input or output tokens must be reduced in order to run successfully. "
        f"Visit {errors.PLATFORM}/account/rate-limits to learn more."
    )
    return errors.error(429, message, "tokens", code="rate_limit_exceeded")
