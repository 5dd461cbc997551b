"""The journal: what it counts, what it forgets, and that it cannot grow without end."""

from array import array

import orjson
import pytest

from overlap.mock_server.exchange import journal
from overlap.mock_server.exchange.journal import Entry, ServerJournal


def entry(tag: str = "000001", tokens: int = 2) -> Entry:
    """Return a finished entry with *tokens* tokens."""
    made = Entry(tag, "req_1", "/v1/chat/completions", 0, 3, 1000, stream=True, tokens=tokens)
    made.planned = array("q", [100 * (i + 1) for i in range(tokens)])
    made.written = array("q", [100 * (i + 1) + 7 for i in range(tokens)])
    return made


def test_a_take_answers_all_since_the_last_and_forgets_it():
    """What was taken once does not come again; the peak starts from those still in flight."""
    book = ServerJournal(10)
    for _ in range(3):
        book.began()
    book.ended(entry("000001"))
    book.connections += 2
    first, second = orjson.loads(book.take()), orjson.loads(book.take())
    assert [e["tag"] for e in first["entries"]] == ["000001"]
    assert (first["peak"], first["in_flight"], first["connections"], first["dropped"]) == (3, 2, 2, 0)
    assert second == {"peak": 2, "in_flight": 2, "connections": 0, "dropped": 0, "entries": []}


def test_an_entry_says_all_that_the_architecture_promises():
    """The fields are the contract with whoever measures."""
    book = ServerJournal(10)
    book.began()
    book.ended(entry())
    [taken] = orjson.loads(book.take())["entries"]
    promised = {"tag", "request_id", "path", "stream", "attempt", "connection", "received", "status", "tokens"}
    assert promised | {"prompt_tokens", "planned", "written", "finished", "fault", "disconnected"} <= set(taken)
    assert taken["planned"] == [100, 200]
    assert taken["written"] == [107, 207]
    assert taken["prompt_tokens"] is None


def test_a_full_journal_drops_the_oldest_and_says_so():
    """A server that nobody asks keeps what is newest, and counts what it lost."""
    book = ServerJournal(2)
    for tag in ("a", "b", "c"):
        book.began()
        book.ended(entry(tag))
    taken = orjson.loads(book.take())
    assert ([e["tag"] for e in taken["entries"]], taken["dropped"]) == (["b", "c"], 1)


def test_long_streams_fill_the_journal_as_well(monkeypatch: pytest.MonkeyPatch):
    """Memory is bounded by the number of times kept, not only by the number of entries."""
    monkeypatch.setattr(journal, "NUMBERS", 200)
    book = ServerJournal(1000)
    for _ in range(10):
        book.began()
        book.ended(entry(tokens=30))
    assert len(book) == 3
    assert book.dropped == 7


def test_streams_whose_clients_left_fill_the_journal_too(monkeypatch: pytest.MonkeyPatch):
    """What was planned is kept even if nothing of it was written; nobody fills the memory by leaving."""
    monkeypatch.setattr(journal, "NUMBERS", 100)
    book = ServerJournal(1000)
    for _ in range(10):
        left = entry(tokens=30)
        left.written = left.written[:0]
        book.began()
        book.ended(left)
    assert (len(book), book.dropped) == (3, 7)
