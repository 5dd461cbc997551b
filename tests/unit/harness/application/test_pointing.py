"""The variables by which a client finds the server."""

import os

from overlap.harness.application.pointing import PROVIDERS, point
from overlap.harness.model.endpoint import Endpoint


def test_every_client_of_openais_dialect_finds_the_server(monkeypatch):
    """A key that the shell has for another provider goes to nobody."""
    names = ["OPENAI", *PROVIDERS]
    monkeypatch.setattr(os, "environ", {f"{name}_API_KEY": "sk-of-the-shell" for name in names})
    point(Endpoint("http://127.0.0.1:4000/v1", api_key="mock-key"))
    assert os.environ["OPENAI_BASE_URL"] == "http://127.0.0.1:4000/v1"
    assert {os.environ[f"{name}_API_BASE"] for name in names} == {"http://127.0.0.1:4000/v1"}
    assert {os.environ[f"{name}_API_KEY"] for name in names} == {"mock-key"}
    assert os.environ["NO_PROXY"] == "127.0.0.1,localhost"
