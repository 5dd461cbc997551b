"""Requests and tokens per minute: buckets that refill all the time, and what callers are told of them."""

import pytest

from overlap.mock_server.limits import heads
from overlap.mock_server.limits.limiting import Limiting
from overlap.mock_server.limits.limits import MINUTE, RateLimits, spelled
from overlap.mock_server.wire.common.errors import ApiError

SECOND = 10**9


def made(requests: int, tokens: int) -> RateLimits:
    """Return limits that are full."""
    return RateLimits(requests, tokens, [0.0] * 3)


def test_three_a_minute_let_three_pass_and_then_one_every_twenty_seconds():
    """OpenAI's own example: limit 3, used 3, try again in 20 s."""
    limits = made(3, 10**6)
    assert [limits.ask(0, 1).wait for _ in range(4)] == [0, 0, 0, 20 * SECOND]
    assert limits.ask(19 * SECOND, 1).wait == pytest.approx(SECOND, abs=10)
    assert limits.ask(20 * SECOND, 1).wait == 0


def test_who_is_turned_away_takes_nothing():
    """A refused request leaves both buckets as they were."""
    limits = made(100, 50)
    assert limits.ask(0, 50).remaining == (99, 0)
    refused = limits.ask(0, 10)
    assert (refused.unit, refused.wait, refused.remaining) == ("tokens", MINUTE * 10 // 50, (99, 0))


def test_a_bucket_never_holds_more_than_a_minute():
    """An idle hour is no credit."""
    limits = made(3, 1000)
    limits.ask(0, 1)
    assert limits.ask(60 * MINUTE, 1).remaining[0] == 2


def test_a_bucket_of_half_a_second_holds_no_more_than_that():
    """A provider may meter its minute in smaller steps: of 1,200 a minute 10 pass at once, then one each 50 ms."""
    limits = RateLimits(1200, 10**6, [0.0] * 3, burst=0.5)
    assert [limits.ask(0, 1).wait for _ in range(11)] == [0] * 10 + [SECOND // 20]
    assert limits.ask(SECOND // 20, 1).wait == 0
    assert limits.ask(60 * SECOND, 1).remaining[0] == 9


def test_a_bucket_holds_one_request_however_short_the_burst():
    """Or nothing would ever pass."""
    assert RateLimits(60, 10**6, [0.0] * 3, burst=0.001).ask(0, 1).wait == 0


def test_the_longer_wait_is_told():
    """Short of both, a caller is told of what takes longer to come back."""
    limits = made(60, 60)
    limits.ask(0, 60)
    for _ in range(59):
        limits.ask(0, 0)
    assert limits.ask(0, 30).unit == "tokens"
    assert limits.ask(0, 30).wait == 30 * SECOND


def test_a_clock_that_stands_still_or_goes_back_refills_nothing():
    """Requests of one instant may come in any order."""
    limits = made(2, 1000)
    limits.ask(1000, 1)
    assert limits.ask(500, 1).wait == 0
    assert limits.ask(500, 1).wait > 0


@pytest.mark.parametrize(
    ("wait", "words"),
    [(0, "0s"), (999_999, "0s"), (120_000_000, "120ms"), (20 * SECOND, "20s"), (3661 * SECOND, "1h1m1s")],
)
def test_times_are_spelled_as_go_does(wait, words):
    """Clients parse these headers."""
    assert spelled(wait) == words


def headers(limiting: Limiting, now: int, tokens: int = 10, model: str = "m") -> dict[str, str]:
    """Return the headers of a request that passes."""
    lines = limiting.admit(model, tokens, now).decode().splitlines()
    return dict(line.split(": ", 1) for line in lines)


def test_callers_see_what_is_left():
    """The six headers follow every request."""
    limiting = Limiting(500, 200_000)
    seen = headers(limiting, 0, tokens=4)
    assert seen["x-ratelimit-limit-requests"] == "500"
    assert seen["x-ratelimit-remaining-requests"] == "499"
    assert seen["x-ratelimit-remaining-tokens"] == "199996"
    assert seen["x-ratelimit-reset-requests"] == "120ms"
    assert seen["x-ratelimit-reset-tokens"] == "1ms"


def test_the_refusal_says_how_long_to_wait():
    """The wait is in the message, in `retry-after-ms`, and rounded up in `retry-after`."""
    limiting = Limiting(3, 0)
    for _ in range(3):
        limiting.admit("m", 1, SECOND)
    with pytest.raises(ApiError) as caught:
        limiting.admit("m", 1, SECOND + SECOND // 2)
    told = dict(caught.value.headers)
    assert caught.value.status == 429
    assert (told["retry-after-ms"], told["retry-after"]) == ("19500", "20")
    assert b"Limit 3, Used 3, Requested 1. Please try again in 19.5s." in caught.value.body
    assert told["x-ratelimit-remaining-requests"] == "0"


def test_a_request_that_can_never_pass_is_told_so():
    """More tokens than a minute has: no wait helps, and none is promised."""
    with pytest.raises(ApiError) as caught:
        Limiting(0, 100).admit("m", 101, 0)
    assert b"Request too large" in caught.value.body
    assert not caught.value.headers


def test_each_model_has_its_own_limits():
    """One model at its limit leaves the others alone."""
    limiting = Limiting(1, 0)
    limiting.admit("a", 1, 0)
    limiting.admit("b", 1, 0)
    with pytest.raises(ApiError):
        limiting.admit("a", 1, 0)


def test_without_limits_the_headers_are_there_all_the_same():
    """A client that reads them finds them."""
    assert Limiting(0, 0).admit("m", 10, 0) == heads.NO_LIMITS
