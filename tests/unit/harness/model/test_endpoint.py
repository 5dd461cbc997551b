"""The endpoint: what is refused, what is shown, how addresses are made."""

import pytest

from overlap.harness.model.endpoint import Endpoint


def test_the_key_is_not_in_the_repr():
    """An endpoint may be logged or shown in a traceback without giving the key away."""
    shown = repr(Endpoint("http://127.0.0.1:8000/v1", api_key="sk-secret"))
    assert "sk-secret" not in shown
    assert "http://127.0.0.1:8000/v1" in shown


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/"])
def test_an_address_below_the_base_url_has_one_slash(base_url):
    """With or without a slash at its end, the base URL leads to the same place."""
    assert Endpoint(base_url).url("chat/completions") == "http://127.0.0.1:8000/v1/chat/completions"


def test_tls_follows_from_the_scheme():
    """Only https is encrypted."""
    assert Endpoint("https://api.example.org/v1").tls
    assert not Endpoint("http://127.0.0.1:8000/v1").tls


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"base_url": "127.0.0.1:8000/v1"}, "base_url"),
        ({"base_url": "ftp://127.0.0.1/v1"}, "base_url"),
        ({"base_url": "http:///v1"}, "base_url"),
        ({"base_url": ""}, "base_url"),
        ({"timeout": 0.0}, "timeout"),
        ({"keepalive": -1.0}, "keepalive"),
        ({"max_retries": -1}, "max_retries"),
        ({"max_connections": 0}, "max_connections"),
    ],
)
def test_what_no_client_could_work_with_is_refused_by_name(settings, named):
    """A setting that cannot work is refused when the endpoint is made, not by the first call."""
    with pytest.raises(ValueError, match=named):
        Endpoint(**{"base_url": "http://127.0.0.1/v1", **settings})
