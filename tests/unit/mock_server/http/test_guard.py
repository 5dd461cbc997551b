"""Which requests the control endpoints obey: those that mean this server, and come from no web page."""

import pytest

from overlap.mock_server.http.guard import Guard
from overlap.mock_server.wire.common.errors import ApiError

JSON = {b"host": b"localhost:8000", b"content-type": b"application/json"}


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        (b"localhost", True),
        (b"LOCALHOST:8000", True),
        (b"localhost.:8000", True),
        (b"localhost:", True),
        (b"127.0.0.1:1", True),
        (b"127.9.9.9", True),
        (b"[::1]:8000", True),
        (b"[::ffff:127.0.0.1]", True),
        (b"evil.example", False),
        (b"evil.example:8000", False),
        (b"localhost.evil.example", False),
        (b"127.0.0.1.evil.example", False),
        (b"evil.example#localhost", False),
        (b"evil@localhost", False),
        (b"localhost, evil.example", False),
        (b"localhost:8000:8000", False),
        (b"localhost:80a", False),
        (b"10.0.0.7", False),
        (b"0.0.0.0", False),
        (b"2130706433", False),
        (b"0x7f.1", False),
        (b"::1", False),
        (b"[::1", False),
        (b"[::1%25lo]", False),
        (b"[fe80::1]", False),
        (b"", False),
        (b" ", False),
        (b"\xff\xfe", False),
        (None, False),
    ],
)
def test_on_loopback_a_host_is_a_loopback_name_or_address(host, ours):
    """Any other name may be one of somebody's who lets it point here."""
    assert Guard("127.0.0.1").ours(host) is ours


def test_the_bound_address_and_names_that_the_owner_allows_are_ours():
    """With and without a port."""
    guard = Guard("10.0.0.7", ["Mock.Internal"])
    assert all(
        guard.ours(host) for host in (b"10.0.0.7:80", b"mock.internal", b"MOCK.INTERNAL:8000", b"127.0.0.1")
    )
    assert not any(guard.ours(host) for host in (b"10.0.0.8", b"mock", b"x.mock.internal"))


def test_a_name_that_is_spelled_with_its_last_dot_is_ours_in_both_spellings():
    """A full name ends in a dot, which clients may send or leave out."""
    guard = Guard("mock.internal.", ["mock.svc."])
    assert all(guard.ours(host) for host in (b"mock.svc", b"mock.svc.:8000", b"mock.internal", b"mock.internal."))
    assert not guard.ours(b"mock.svc.evil.example")


@pytest.mark.parametrize("host", ["0.0.0.0", "", "::"])  # noqa: S104 - only asked about
def test_on_all_interfaces_any_address_may_be_ours_and_no_name(host):
    """A name can be let point here by whoever owns it; an address cannot."""
    guard = Guard(host)
    assert guard.ours(b"192.168.3.4:8000")
    assert guard.ours(b"[2001:db8::1]:8000")
    assert not guard.ours(b"evil.example")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, None),
        ({b"content-type": b"Application/JSON; charset=utf-8"}, None),
        ({b"host": b"evil.example"}, 403),
        ({b"origin": b"http://evil.example"}, 403),
        ({b"origin": b"http://localhost:8000"}, 403),
        ({b"origin": b"null"}, 403),
        ({b"origin": b""}, 403),
        ({b"content-type": b"text/plain"}, 415),
        ({b"content-type": b"text/plain; application/json"}, 415),
        ({b"content-type": b"application/x-www-form-urlencoded"}, 415),
        ({b"content-type": b"multipart/form-data; boundary=application/json"}, 415),
        ({b"content-type": b""}, 415),
    ],
)
def test_a_post_needs_our_host_no_origin_and_json(changed, status):
    """What a page may send without leave is refused for one reason or another."""
    guard, headers = Guard("127.0.0.1"), {**JSON, **changed}
    if status is None:
        guard.check("POST", headers)
        return
    with pytest.raises(ApiError) as refused:
        guard.check("POST", headers)
    assert refused.value.status == status


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        (b"Bearer s3cret", True),
        (b"bearer s3cret", True),
        (b"s3cret", True),
        (b"Bearer s3cre", False),
        (b"Bearer s3crets", False),
        (b"Bearer ", False),
        (b"", False),
        (b"Bearer \xff" + b"x" * 60_000, False),
    ],
)
def test_a_token_is_asked_for_where_there_is_one(said, passes):
    """All of it, and nothing more."""
    guard = Guard("127.0.0.1", token="s3cret")  # noqa: S106 - of no server at all
    headers = {**JSON, b"authorization": said}
    if passes:
        guard.check("GET", headers)
        return
    with pytest.raises(ApiError) as refused:
        guard.check("GET", headers)
    assert refused.value.status == 401
    assert len(refused.value.body) < 1000
