"""What a run against a real endpoint may cost, whom it asks, and what it keeps to itself."""

import pytest

from overlap.harness.commands._agree import agree
from overlap.harness.host import secrets
from overlap.harness.model.config import RunConfig
from overlap.harness.model.endpoint import address, loopback
from overlap.harness.model.plan import Plan, Planned
from overlap.harness.model.record import Call, Cell, Metered
from overlap.harness.remote import secret
from overlap.harness.remote.visit import Visit, VisitStopped
from overlap.harness.text.mistakes import Mistake

URL = "http://127.0.0.1:11434"
CELL = Cell("streaming", "openai", "astream_many", "asyncio", 2)


def visit(**given):
    """Return the books of a run against an address that nobody asks here."""
    return Visit(RunConfig(base_url=URL, model="llama", **given))


def test_as_many_rounds_as_the_budget_has_are_run():
    """Six requests a round, calls and warm-up, beside the first one: of five rounds three fit into 20."""
    [kept] = visit(budget_requests=20).fitted([Planned(CELL, 4, 5, 8)])
    assert kept.rounds == 3
    assert visit().ask([kept]).requests == 19
    with pytest.raises(Mistake, match="one round takes 7 requests"):
        visit(budget_requests=6).fitted([Planned(CELL, 4, 5, 8)])
    with pytest.raises(Mistake, match="up to 56 tokens in answers"):
        visit(budget_tokens=50).fitted([Planned(CELL, 4, 5, 8)])


def test_what_was_sent_is_off_the_budget_of_the_next_worker():
    """A slot that never answered counts as all that it was told to send."""
    books = visit(budget_requests=20, budget_tokens=1000)
    books.charge(Metered(6, 300))
    books.lost(Planned(CELL, 4, 5, 8))
    told = books.remote(8)
    assert (told.requests, told.tokens) == (8, 652)


def test_a_slot_in_which_every_call_failed_ends_the_run():
    """Whatever the reason, more of the same would only cost more."""
    calls = [Call(CELL.id, 0, index, 1, 2, error="APIConnectionError") for index in range(3)]
    visit().check([*calls, Call(CELL.id, 0, 3, 1, 2)])
    with pytest.raises(VisitStopped, match=r"every call of streaming.* failed \(APIConnectionError\)"):
        visit().check(calls)


def test_what_only_the_mock_does_is_not_asked_of_anybody_else():
    """Parts with faults are left out; a scenario of nothing else cannot be run."""
    faulty = Plan(server=("--fault", "cut"))
    [(_, kept)] = visit().parts([("failures", faulty), ("streaming", Plan())])
    assert kept.profile == ""
    with pytest.raises(Mistake, match="failures needs what only the mock does"):
        visit().parts([("failures", faulty)])
    with pytest.raises(Mistake, match="profile is about a server that is started here"):
        visit(profile="instant")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1"),
        ("https://api.example.org/v1/chat/completions", "https://api.example.org/v1"),
        ("https://api.example.org/openai", "https://api.example.org/openai"),
    ],
)
def test_an_address_is_meant_with_its_version(words, meant):
    """With or without /v1, and whether or not it was copied with the path of its endpoint."""
    assert address(words) == meant


@pytest.mark.parametrize(
    "words", ["", "localhost:8000", "ftp://a/v1", "http://", "http://a:b/v1", "http://[::/v1"]
)
def test_what_is_no_address_is_refused(words):
    """Before anything is started."""
    with pytest.raises(ValueError, match="is no http:// or https:// address"):
        address(words)


@pytest.mark.parametrize("words", ["https://me:sk-1@a/v1", "https://a/v1?api-key=sk-1", "https://a/v1#sk-1"])
def test_an_address_with_a_key_in_it_is_refused_and_not_repeated(words):
    """An address is written down; a key is not."""
    with pytest.raises(ValueError, match="a key goes by api_key_env") as wrong:
        address(words)
    assert "sk-1" not in str(wrong.value)


def test_the_key_given_in_place_of_its_name_is_not_repeated(monkeypatch):
    """A name in capitals is; anything else may be the key."""
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(Mistake, match="NO_SUCH_KEY"):
        secret.check("NO_SUCH_KEY")
    for key in ("sk-abc", "abcdef0123456789"):
        with pytest.raises(Mistake, match="NAME of an environment variable") as wrong:
            secret.check(key)
        assert key not in str(wrong.value)


def test_a_key_is_taken_out_of_whatever_is_told(monkeypatch):
    """Servers and tracebacks quote it, whatever its variable is called; words as short as `none` are no secret."""
    monkeypatch.setenv("THE_THING", "sk-123456")
    assert secret.environment("THE_THING") == {"THE_THING": "sk-123456"}
    assert secrets.line("no key sk-123456,\n really") == "no key [secret], really"
    monkeypatch.setenv("THE_THING", "none")
    secret.environment("THE_THING")
    assert secrets.line("none of it") == "none of it"


def test_nobody_is_asked_for_what_costs_nothing_and_nothing_is_spent_without_a_yes(monkeypatch):
    """On this host no question; elsewhere one, and where nobody can answer it, one line."""
    agree(visit().ask([]), yes=False)
    away = Visit(RunConfig(base_url="https://api.example.org/v1", model="gpt")).ask([])
    agree(away, yes=True)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    with pytest.raises(Mistake, match=r"1 requests to gpt at https://api.example.org/v1.*say --yes"):
        agree(away, yes=False)


def test_what_an_application_of_somebodys_own_sends_is_not_promised():
    """It makes its own requests, as long as it likes: only the budget's end is certain."""
    own = Planned(Cell("app.py:answer", "own", "gather", "asyncio", 2), 4, 1, 8)
    asked = str(visit(budget_tokens=900).ask([own]))
    assert "as many and as long as the application makes them" in asked
    assert asked.endswith("it stops at 200 requests or 900 tokens")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"])
def test_this_host_is_known_by_its_names(host):
    """And no other that begins like one of them."""
    assert loopback(f"http://{host}:1/v1")
    assert not loopback("http://127.example.org/v1")
