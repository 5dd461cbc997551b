"""429 as the account's quota is spent: of all errors of this number the one that must not be retried."""

from overlap.mock_server.wire.common import errors
from overlap.mock_server.wire.common.errors import ApiError


def refuse(delay: float = 0.0) -> tuple[ApiError, float]:
    """Return the error, and how many seconds to wait before it is sent."""
    return errors.quota_exceeded(), delay
