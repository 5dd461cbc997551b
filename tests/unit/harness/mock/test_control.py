"""Reading and changing the mock's configuration: what its answers mean."""

import pytest

from overlap.harness.mock.control import ServerLost, configuration, configure
from overlap.harness.text.mistakes import Mistake


def test_what_the_server_does_not_know_is_a_mistake_in_its_own_words(serve):
    """They name what there is instead."""
    base = serve((400, {"error": {"message": "no profile 'fast'; there are: steady"}}))
    with pytest.raises(Mistake, match=r"^no profile 'fast'; there are: steady$"):
        configure(base, {"profile": "fast"})


@pytest.mark.parametrize("body", [b"<html>", {"error": "no"}, {}, [1]])
def test_a_refusal_without_a_reason_names_its_status(serve, body):
    """It did answer: what it said was no reason."""
    with pytest.raises(ServerLost, match=r"answered 503, and does not say why$"):
        configure(serve((503, body)), {"tokens": 1})


def test_a_change_that_is_accepted_says_nothing(serve):
    """Whatever the body is."""
    configure(serve((200, b"")), {"tokens": 1})


def test_a_configuration_is_read_as_it_is(serve):
    """And what is no JSON is no configuration."""
    assert configuration(serve((200, {"tokens": 20}))) == {"tokens": 20}
    with pytest.raises(ServerLost, match="JSONDecodeError"):
        configuration(serve((200, b"<html>")))
    with pytest.raises(ServerLost, match="answered 404 when asked for its configuration"):
        configuration(serve((404, {"error": "what?"})))


@pytest.mark.parametrize("asked", [configuration, lambda base: configure(base, {})])
def test_a_server_that_is_gone_is_lost(asked):
    """Nobody listens on port 1 of this host."""
    with pytest.raises(ServerLost, match=r"http://127\.0\.0\.1:1 does not answer: ConnectionRefusedError"):
        asked("http://127.0.0.1:1")
