"""The mock server of a test: configured by the test's mark, its journal empty, the environment pointing at it."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from overlap.harness.application.pointing import point
from overlap.harness.host.owned.children import guarded
from overlap.harness.mock import control
from overlap.harness.mock.journal import Journal, take
from overlap.harness.mock.process import Server, ServerNotReady, mock_command, start
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.settings import parts

PROFILE, TOKENS, SEED = "instant", 20, 7
KEY = "mock-key"
# Seconds within which requests of a finished test, such as cancelled ones, may end.
PATIENCE = 2.0


class MockLLM:
    """A mock server for one test: its address, its journal, and its configuration."""

    def __init__(self, server: Server, settings: Mapping[str, Any]) -> None:
        self.server = server
        self.base_url = f"{server.base_url}/v1"
        self.api_key = KEY
        self._seen: list[Journal] = []
        self.configure(**settings)

    def journal(self) -> Journal:
        """Return the server's journal since the test began, or since `take`; requests are in order of arrival."""
        journal = take(self.server.base_url, PATIENCE)
        assert journal is not None
        self._seen.append(journal)
        entries = [entry for each in self._seen for entry in each.entries]
        return Journal(
            peak=max(each.peak for each in self._seen),
            connections=sum(each.connections for each in self._seen),
            dropped=sum(each.dropped for each in self._seen),
            entries=tuple(sorted(entries, key=lambda pair: pair[1].received)),
        )

    def take(self) -> Journal:
        """Return the same journal, and empty it."""
        journal = self.journal()
        self._seen.clear()
        return journal

    def configure(self, **settings: Any) -> None:
        """Change the server's configuration from now on; an unknown setting fails the test in one line."""
        refused = None
        try:
            control.configure(self.server.base_url, settings)
        except Mistake as mistake:
            refused = str(mistake)
        if refused:
            pytest.fail(f"mock_llm: {refused}", pytrace=False)


def settings(mark: pytest.Mark | None) -> dict[str, Any]:
    """Return the server's settings in *mark*; fail the test in one line if it has two profiles."""
    if mark is None:
        return {}
    if len(mark.args) > 1 or (mark.args and "profile" in mark.kwargs):
        pytest.fail(
            "mock_llm takes one profile, such as 'lognormal,ttft=0.05'; all else by name: tokens=20", pytrace=False
        )
    return {**dict(zip(("profile",), mark.args, strict=False)), **mark.kwargs}


def own_words(wanted: Mapping[str, Any]) -> list[str]:
    """
    Return the words of a mark that name the user's own file or module, and those in its `allow`.

    A running server does not accept them; it must be started with them.

    >>> own_words({"profile": "recorded,file=it.json", "fault": ["my.fault", "cut"]})
    ['recorded,file=it.json', 'my.fault']
    """
    settings = [wanted.get("profile"), wanted.get("tokens"), *_listed(wanted.get("fault"))]
    for model in _listed(wanted.get("model")):
        settings += [pair.partition("=")[2] for pair in str(model).split()[1:]]
    words = [str(each) for each in settings if isinstance(each, str)]
    return [*map(str, _listed(wanted.get("allow"))), *filter(_names_own, words)]


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _names_own(words: str) -> bool:
    name, *pairs = parts(words)
    return "." in name or any(pair.startswith(("path=", "file=")) for pair in pairs)


@contextmanager
def served(allow: Sequence[str] = ()) -> Iterator[Server]:
    """Run a mock server that may play *allow* too; fail the test in one line if it does not start."""
    error = None
    more = [word for one in allow for word in ("--allow", one)]
    # A worker process of pytest-xdist goes on with its test for a while after its controller is killed.
    controller = (os.getppid(),) if "PYTEST_XDIST_WORKER" in os.environ else ()
    with guarded(*controller):
        try:
            server = start(mock_command(PROFILE, TOKENS, SEED, more))
        except ServerNotReady as wrong:
            error = str(wrong)
        if error:
            pytest.fail(f"mock_llm: {error}", pytrace=False)
        with server:
            yield server


@contextmanager
def lent(server: Server, wanted: Mapping[str, Any]) -> Iterator[MockLLM]:
    """
    Lend *server* to one test, configured as *wanted*; restore server and environment afterwards.

    A test whose mark names a file or module of its own gets a server of its own, started with these.
    """
    allow = own_words(wanted)
    if allow:
        settings = {name: value for name, value in wanted.items() if name != "allow"}
        with served(allow) as own, _pointed(own, settings) as mock:
            yield mock
    else:
        with _pointed(server, wanted) as mock:
            yield mock


@contextmanager
def _pointed(server: Server, wanted: Mapping[str, Any]) -> Iterator[MockLLM]:
    """Configure *server* as *wanted*, point the environment at it, and restore both afterwards."""
    before = dict(os.environ)
    usual = control.configuration(server.base_url)
    usual = {name: usual[name] for name in CHANGEABLE if name in usual}
    try:
        take(server.base_url, PATIENCE)
        mock = MockLLM(server, {**usual, **wanted})
        point(Endpoint(mock.base_url, KEY))
        yield mock
    finally:
        _restore(before)
        control.configure(server.base_url, usual)
        take(server.base_url, PATIENCE)


# Settings that are restored after a test; any other setting stays as the test left it.
CHANGEABLE = (
    *("profile", "tokens", "prefill", "shape", "seed", "model", "fault"),
    *("rpm", "tpm", "burst", "slots", "queue", "slowdown", "stall", "keep_alive"),
)


def _restore(before: Mapping[str, str]) -> None:
    """Restore the variables that `point` has set, and no others."""
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_API_KEY", "NO_PROXY"):
        if name in before:
            os.environ[name] = before[name]
        else:
            os.environ.pop(name, None)
