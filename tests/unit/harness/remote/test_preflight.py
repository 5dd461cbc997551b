"""The one request before anything is measured: every way in which an endpoint can be wrong is told in a line."""

import pytest

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.remote.preflight import Preflight
from overlap.harness.text.mistakes import Mistake


@pytest.fixture
def asking(monkeypatch, odd):
    """Return a preflight to an address, with the key in the environment."""
    monkeypatch.setenv("THE_KEY", odd.key)

    def ask(base_url, model="llama", key_env="THE_KEY"):
        return Preflight(Endpoint(base_url, odd.key, model, max_tokens=8, stream_usage=True), key_env)

    return ask


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("401", 'refuses the key in THE_KEY (401): "Incorrect API key provided: [secret]."'),
        ("403", "answers 403"),
        ("404", 'has nothing at /chat/completions (404): "Incorrect'),
        ("429", "is at its rate limit (429), and asks to wait 7 s"),
        ("500", "answers 500"),
        ("html", "answers with text/html, which is no stream of chat completions"),
        ("shape", "answers with events that have no `choices`"),
        ("moved", "/elsewhere/v1; give that address"),
        ("closes", "breaks off without an answer: "),
    ],
)
def test_what_is_wrong_is_one_line_with_the_address_and_without_the_key(odd, asking, kind, said):
    """Servers quote the key they refuse; it is taken out, and the line says where it was."""
    with asking(odd.url(kind)) as preflight, pytest.raises(Mistake) as wrong:
        preflight.call()
    assert said in str(wrong.value)
    assert str(wrong.value).startswith(f"{odd.url(kind)} ")
    assert "\n" not in str(wrong.value)
    assert odd.key not in str(wrong.value)


def test_a_model_that_is_not_there_is_told_with_those_that_are(odd, asking):
    """The list of models costs nothing, and is what one needs next."""
    with asking(odd.url("404"), "gpt-9") as preflight, pytest.raises(Mistake) as wrong:
        preflight.call()
    assert "has no model 'gpt-9' (404); there are: llama, qwen" in str(wrong.value)


def test_the_only_model_need_not_be_named(odd, asking):
    """Servers like vLLM have one; where there are several, they are listed."""
    with asking(odd.url("single")) as preflight:
        assert preflight.model() == "llama"
    with asking(odd.url("fine")) as preflight, pytest.raises(Mistake, match="--model: llama, qwen"):
        preflight.model()


def test_a_call_without_a_key_is_told_how_to_give_one(odd, asking):
    """Nobody has to look for the option."""
    with asking(odd.url("401"), key_env=None) as preflight, pytest.raises(Mistake, match="see --api-key-env"):
        preflight.call()


@pytest.mark.parametrize(
    ("base_url", "said"),
    [
        ("http://127.0.0.1:9/v1", "cannot be reached: .*refused"),
        ("http://no.such.host.invalid/v1", "cannot be reached: .*(name|Name|resol)"),
    ],
)
def test_what_cannot_be_reached_is_told_in_the_systems_words(asking, base_url, said):
    """Nothing listens there, or there is no such host."""
    with asking(base_url) as preflight, pytest.raises(Mistake, match=said):
        preflight.call()


def test_a_server_that_speaks_no_tls_is_told_so(odd, asking):
    """An address with https and a server without it."""
    with asking(odd.url("fine").replace("http:", "https:")) as preflight, pytest.raises(Mistake, match="SSL"):
        preflight.call()


def test_what_a_good_answer_cost_is_known(odd, asking):
    """By its own usage, or else by a guess."""
    with asking(odd.url("fine")) as preflight:
        found = preflight.call()
    assert (found.prompt, found.output, found.counted) == (9, 5, True)
    with asking(odd.url("silent")) as preflight:
        assert not preflight.call().counted
