"""The errors that are no fault of a field: keys, models, limits, quotas, servers."""

import orjson
import pytest

from overlap.mock_server.wire.common import errors

LIMITED = """\
Rate limit reached for gpt-4o-mini in organization org-overlap on {} per min ({}): \
Limit {}, Used {}, Requested {}. Please try again in {}. \
Visit https://platform.openai.com/account/rate-limits to learn more."""
REQUESTS = LIMITED.format("requests", "RPM", 3, 3, 1, "20s")
TOKENS = LIMITED.format("tokens", "TPM", 50_000, 47_949, 3_006, "1.146s")
KEY = """\
Incorrect API key provided: sk-01234********0123. \
You can find your API key at https://platform.openai.com/account/api-keys."""
MODEL = "The model `x` does not exist or you do not have access to it."
QUOTA = """\
You exceeded your current quota, please check your plan and billing details. For more information on this error, \
read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors."""
BUSY = "The engine is currently overloaded, please try again later."


@pytest.mark.parametrize(
    ("refused", "status", "message", "kind", "code"),
    [
        (errors.unauthorized("sk-0123456789abcdef0123"), 401, KEY, "invalid_request_error", "invalid_api_key"),
        (errors.model_not_found("x"), 404, MODEL, "invalid_request_error", "model_not_found"),
        (
            errors.rate_limited("gpt-4o-mini", "requests", 3, 3, 1, "20s"),
            *(429, REQUESTS, "requests", "rate_limit_exceeded"),
        ),
        (
            errors.rate_limited("gpt-4o-mini", "tokens", 50_000, 47_949, 3_006, "1.146s"),
            *(429, TOKENS, "tokens", "rate_limit_exceeded"),
        ),
        (errors.quota_exceeded(), 429, QUOTA, "insufficient_quota", "insufficient_quota"),
        (errors.overloaded(), 503, BUSY, "service_unavailable_error", None),
    ],
)
def test_errors_are_told_in_openais_words(refused, status, message, kind, code):
    """Status, sentence, type and code; no parameter is to blame."""
    told = {"message": message, "type": kind, "param": None, "code": code}
    assert (refused.status, orjson.loads(refused.body)) == (status, {"error": told})


def test_what_the_gateway_says_is_indented_by_four():
    """Recorded: errors about models and keys come from another program than those about fields."""
    assert (
        errors.model_not_found("x").body.decode()
        == """\
{
    "error": {
        "message": "The model `x` does not exist or you do not have access to it.",
        "type": "invalid_request_error",
        "param": null,
        "code": "model_not_found"
    }
}
"""
    )


def test_in_the_middle_of_a_stream_an_error_is_an_event():
    """Compact, on one line, as the SDK looks for it."""
    told = errors.event(errors.overloaded())
    assert told == (
        b'data: {"error":{"message":"The engine is currently overloaded, please try again later.",'
        b'"type":"service_unavailable_error","param":null,"code":null}}\n\n'
    )
