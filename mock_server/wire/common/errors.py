"""The errors OpenAI sends: status and body, word for word where a recording is known."""

from collections.abc import Sequence
from typing import Any

import orjson

PLATFORM = "https://platform.openai.com"
_GATEWAY = frozenset({401, 404, 429})
LONGEST = 2_000
"""The most characters of an error's message."""
LONGEST_PARAM = 200
"""The most characters of the parameter that an error names."""


class ApiError(Exception):
    """A request that gets an error for an answer: its HTTP status, its JSON body, and headers of its own."""

    def __init__(self, status: int, body: bytes, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body
        self.headers = headers

    def __reduce__(self) -> tuple[Any, ...]:
        """Have all of it taken along where it is sent between processes, not what `Exception` keeps."""
        return ApiError, (self.status, self.body, self.headers)

    @property
    def pause(self) -> int | None:
        """How long it asks the client to wait, in ns, by the finer header if there is one; None if it does not."""
        request = dict(self.headers)
        for name, unit in (("retry-after-ms", 10**6), ("retry-after", 10**9)):
            if name in request:
                return round(float(request[name]) * unit)
        return None


def error(
    status: int,
    message: str,
    kind: str = "invalid_request_error",
    param: str | None = None,
    code: str | None = None,
) -> ApiError:
    """
    Make any error in OpenAI's form: `{"error": {message, type, param, code}}`, pretty-printed as theirs is.

    A message may repeat what the caller wrote, which may be megabytes: what is too long is cut.
    """
    message = _cut(message, LONGEST)
    param = _cut(param, LONGEST_PARAM) if param is not None else None
    body = {"error": {"message": message, "type": kind, "param": param, "code": code}}
    text = orjson.dumps(body, option=orjson.OPT_INDENT_2)
    return ApiError(status, _wider(text) if status in _GATEWAY else text)


def _cut(text: str, most: int) -> str:
    """Return *text*, of which the middle is left out if it is longer than *most* characters."""
    side = most // 2
    return text if len(text) <= most else f"{text[:side]}…{text[-side:]}"


def _wider(text: bytes) -> bytes:
    """Indent by four and end the line, as OpenAI's gateway does where the model's own server indents by two."""
    return b"".join(b" " * (len(line) - len(line.lstrip())) + line + b"\n" for line in text.splitlines())


def bad_request(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """400: the request cannot be served as it stands."""
    return error(400, message, param=param, code=code)


def _kind(got: object) -> str:
    names = {bool: "a boolean", int: "an integer", float: "a decimal number", str: "a string", list: "an array"}
    return "null" if got is None else names.get(type(got), "an object")


def wrong_type(param: str, wanted: str, got: object) -> ApiError:
    """400: *param* is of another JSON type than the one wanted, as in `an integer`."""
    message = f"Invalid type for '{param}': expected {wanted}, but got {_kind(got)} instead."
    return bad_request(message, param, "invalid_type")


def wrong_value(param: str, got: str, allowed: Sequence[str]) -> ApiError:
    """400: *param* is a word, but none of the known ones."""
    quoted = [f"'{name}'" for name in allowed]
    comma = "," if len(quoted) > 2 else ""
    names = f"{', '.join(quoted[:-1])}{comma} and {quoted[-1]}" if len(quoted) > 1 else quoted[0]
    message = f"Invalid value: '{got}'. Supported values are: {names}."
    return bad_request(message, param, "invalid_value")


def out_of_range(param: str, got: float, least: float, most: float, kind: str) -> ApiError:
    """400: a number is below *least* or above *most*; *kind* is `integer` or `decimal`."""
    if got < least:
        message = (
            f"Invalid '{param}': {kind} below minimum value. Expected a value >= {least}, but got {got} instead."
        )
        return bad_request(message, param, f"{kind}_below_min_value")
    message = f"Invalid '{param}': {kind} above maximum value. Expected a value <= {most}, but got {got} instead."
    return bad_request(message, param, f"{kind}_above_max_value")


def empty(param: str, kind: str = "array") -> ApiError:
    """400: an `array` or a `string` has nothing in it."""
    article = "an" if kind == "array" else "a"
    message = (
        f"Invalid '{param}': empty {kind}. Expected {article} {kind} with minimum length 1, "
        f"but got an empty {kind} instead."
    )
    return bad_request(message, param, f"empty_{kind}")


def too_long(param: str, length: int, most: int, kind: str = "string") -> ApiError:
    """400: an `array` or a `string` has more in it than *most*."""
    article = "an" if kind == "array" else "a"
    message = (
        f"Invalid '{param}': {kind} too long. Expected {article} {kind} with maximum length {most}, "
        f"but got {article} {kind} with length {length} instead."
    )
    return bad_request(message, param, f"{kind}_above_max_length")


def missing(param: str) -> ApiError:
    """400: a required parameter is not there."""
    return bad_request(f"Missing required parameter: '{param}'.", param, "missing_required_parameter")


def unsupported(param: str, instead: str = "") -> ApiError:
    """400: the model does not know *param*, perhaps another one *instead*."""
    hint = f" Use '{instead}' instead." if instead else ""
    message = f"Unsupported parameter: '{param}' is not supported with this model.{hint}"
    return bad_request(message, param, "unsupported_parameter")


def bad_json() -> ApiError:
    """400: the body is no JSON object."""
    return bad_request(
        "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your "
        "HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. "
        "If you have trouble figuring out how to fix this, please contact us through our help center at "
        "help.openai.com.)"
    )


def unauthorized(key: str) -> ApiError:
    """401: the key is not known."""
    shown = f"{key[:8]}{'*' * 8}{key[-4:]}" if len(key) > 16 else key
    message = f"Incorrect API key provided: {shown}. You can find your API key at {PLATFORM}/account/api-keys."
    return error(401, message, code="invalid_api_key")


def forbidden(message: str) -> ApiError:
    """403: the caller is not allowed to do this."""
    return error(403, message, code="forbidden")


def unsupported_media(wanted: str) -> ApiError:
    """415: the body is of another content type than *wanted*."""
    return error(415, f"Unsupported content type: this wants '{wanted}'.", code="unsupported_content_type")


def model_not_found(model: str) -> ApiError:
    """404: there is no such model."""
    message = f"The model `{model}` does not exist or you do not have access to it."
    return error(404, message, code="model_not_found")


def unknown_url(method: str, path: str) -> ApiError:
    """404: there is nothing at this path."""
    return error(404, f"Invalid URL ({method} {path})", code="unknown_url")


def method_not_allowed(method: str) -> ApiError:
    """405: there is something at this path, but not for this method."""
    message = f"Not allowed to {method} on this resource (HINT: Perhaps you meant to use another HTTP method?)"
    return error(405, message, code="method_not_supported")


def request_timeout() -> ApiError:
    """408: the request took too long to arrive, or to be served."""
    return error(408, "Request timed out.", "server_error", code="timeout")


def too_large(limit: int) -> ApiError:
    """413: the body is longer than *limit* bytes."""
    return error(413, f"Request body is too large: the maximum is {limit} bytes.", code="request_too_large")


def headers_too_large(limit: int) -> ApiError:
    """431: request line and headers are longer than *limit* bytes."""
    message = f"Request headers are too large: the maximum is {limit} bytes."
    return error(431, message, code="request_headers_too_large")


def rate_limited(  # noqa: PLR0913, PLR0917 - each number is a word of OpenAI's message
    model: str, unit: str, limit: int, used: int, requested: int, wait: str
) -> ApiError:
    """429: over the limit of *unit* (`requests` or `tokens`) per minute; *wait* as in `1.146s`."""
    short = {"requests": "RPM", "tokens": "TPM"}[unit]
    message = (
        f"Rate limit reached for {model} in organization org-overlap on {unit} per min ({short}): Limit {limit}, "
        f"Used {used}, Requested {requested}. Please try again in {wait}. "
        f"Visit {PLATFORM}/account/rate-limits to learn more."
    )
    return error(429, message, unit, code="rate_limit_exceeded")


def quota_exceeded() -> ApiError:
    """429 that no waiting helps: the account's money is spent, and a client that retries wastes its time."""
    message = (
        "You exceeded your current quota, please check your plan and billing details. For more information on "
        f"this error, read the docs: {PLATFORM}/docs/guides/error-codes/api-errors."
    )
    return error(429, message, "insufficient_quota", code="insufficient_quota")


def event(refused: ApiError) -> bytes:
    """Return an error as it comes in the middle of a stream: an event of compact JSON, framed."""
    return b"data: %b\n\n" % orjson.dumps(orjson.loads(refused.body))


def server_error(request_id: str = "") -> ApiError:
    """500: the server's own fault."""
    message = (
        "The server had an error while processing your request. Sorry about that! You can retry your request, "
        "or contact us through our help center at help.openai.com if the error persists."
    )
    request_note = f" (Please include the request ID {request_id} in your message.)" if request_id else ""
    return error(500, message + request_note, "server_error")


def overloaded() -> ApiError:
    """503: more work than the server takes."""
    message = "The engine is currently overloaded, please try again later."
    return error(503, message, "service_unavailable_error")
