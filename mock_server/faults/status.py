"""An error instead of an answer: 400, 401, 404, 408, 429, 500 or 503, with OpenAI's body."""

from overlap.mock_server.options.settings import BadSetting
from overlap.mock_server.wire.common import errors
from overlap.mock_server.wire.common.errors import ApiError

_MAKERS = {
    400: lambda: errors.bad_request("This request was refused on purpose."),
    401: lambda: errors.unauthorized("sk-refused-on-purpose"),
    404: lambda: errors.model_not_found("refused-on-purpose"),
    408: errors.request_timeout,
    429: lambda: errors.rate_limited("mock-model", "requests", 3, 3, 1, "1s"),
    500: errors.server_error,
    503: errors.overloaded,
}


def refuse(code: int = 500, retry_after: float = 0.0, delay: float = 0.0) -> tuple[ApiError, float]:
    """
    Return the error, and how many seconds to wait before it is sent.

    *retry_after*, in seconds, is told in `retry-after` and `retry-after-ms` where it is not 0.
    """
    if code not in _MAKERS:
        raise BadSetting(f"status,code={code}: there are {', '.join(map(str, _MAKERS))}")
    refused = _MAKERS[code]()
    if retry_after:
        retry_headers = (("retry-after", f"{retry_after:g}"), ("retry-after-ms", f"{retry_after * 1000:g}"))
        refused = ApiError(refused.status, refused.body, (*refused.headers, *retry_headers))
    return refused, delay
