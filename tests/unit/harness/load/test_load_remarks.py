"""What is remarked of a load test, and of which it is not."""

from pathlib import Path

import pytest

from overlap.harness.load.config import LoadConfig
from overlap.harness.load.live_stats import EndedTest, Tally
from overlap.harness.load.remarks import of_setup, of_test, untimed
from overlap.harness.model.record import LEFT, Call, Served

MS = 1_000_000


def _call(index, cell="chat", **about):
    return Call(cell, 0, index, 0, 100 * MS, **about)


def _of(calls, users=1, *, changes=(), open_loop=False, rows=(), journal=False):
    tally = Tally(users)
    tally.journal = journal
    tally.bring(rows)
    for moment, number in changes:
        tally.users_are(number, moment)
    return list(of_test(EndedTest(tally, 0, 0, {}, 0), calls, open_loop=open_loop))


def test_a_plain_test_is_remarked_by_nothing():
    """All calls sent, none left, nobody has changed anything."""
    assert _of([_call(n, ended=True) for n in range(9)], changes=[(0, 4)], users=4) == []


def test_calls_that_nobody_sent_are_the_first_thing_said():
    """Three were due, one was sent."""
    sent = ("chat", 0, 0, 5, 9, [], None, False)
    never = [("", n, 0, 9, 9, [], "NotStarted", False) for n in (1, 2)]
    [said] = _of([_call(0)], rows=[sent, *never], open_loop=True)
    assert said.startswith("3 calls were due, 1 were sent: for the other 2 no user was free")


def test_a_number_of_users_that_was_changed_is_told_with_its_time():
    """Every figure is over both loads."""
    [said] = _of([_call(n) for n in range(99)], changes=[(10**9, 16), (13 * 10**9, 40)])
    assert "16, then 40 after 12 s" in said


def test_what_became_of_calls_that_users_left_is_told_by_the_journal():
    """Of three the service stopped two, and let one go on."""
    served = [(Served(0, [1], [1], 1, disconnected=gone),) for gone in (True, True, False)]
    left = [_call(n, error=LEFT, served=each) for n, each in enumerate(served)]
    [said] = _of([*left, _call(9), _call(8)], journal=True)
    assert said.startswith("3 calls were left by their users")
    assert "connection of 2 of 3 close early; the other 1 it answered to the end" in said
    [silent] = _of([*left, _call(9), _call(8)])
    assert "LLM server" not in silent


def test_answers_without_the_end_that_others_had_may_have_been_cut_short():
    """Where no answer of an endpoint ends with a mark, there is none to be missed."""
    calls = [_call(n, ended=n > 0) for n in range(5)] + [_call(n, "own", ended=False) for n in range(5)]
    [said] = _of(calls)
    assert said.startswith("1 of 5 answers of chat ended without the mark")


def test_a_test_shorter_than_a_call_is_said_to_be():
    """500 users made 500 calls; with 600 some came to a second one."""
    [said] = _of([_call(n) for n in range(500)], users=500)
    assert "500 users made 500 calls" in said
    assert _of([_call(n) for n in range(600)], users=500) == []
    assert _of([_call(n) for n in range(500)], users=500, open_loop=True) == []


def test_requests_that_are_not_on_record_are_counted():
    """E2E, TTFT, ITL and TPOT are rows of calls on record; GET is not."""
    said = untimed({"docs": {"GET": 12}, "chat": {"E2E": 3, "TTFT": 3}})
    assert said is not None
    assert said.startswith("12 requests (docs) were not made by a StreamingUser")
    assert untimed({"chat": {"E2E": 3}}) is None


@pytest.mark.parametrize(
    ("words", "about", "said"),
    [
        ({}, {"untimed": ["Classic"]}, "Requests of Classic are not recorded"),
        ({}, {"thinking": ["Chat"]}, "Users of Chat wait between calls"),
        ({"rate": 3.0}, {"thinking": ["Chat"]}, None),
        ({"file": Path(__file__)}, {"shape": "Steps"}, "The load shape Steps says how many users there are"),
        ({"file": Path(__file__), "endpoint": ("A",)}, {"shape": "Steps"}, "The load shape Steps is not followed"),
        ({}, {}, None),
    ],
)
def test_what_is_said_of_a_locustfile_before_it_runs(words, about, said):
    """Only of what it has."""
    config = LoadConfig(time=1.0, **words)
    remarks = list(of_setup(config, **{"untimed": [], "thinking": [], "shape": None, **about}))
    assert [each[: len(said)] for each in remarks] == [said] if said else remarks == []


def test_lengths_of_a_recording_that_are_not_asked_for_are_told(tmp_path):
    """Its times are kept; every call has the prompt and the answer of the endpoint."""
    trace = tmp_path / "trace.csv"
    trace.write_text("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,374,44\n")
    config = LoadConfig(time=1.0, arrivals=f"trace,file={trace}")
    [said] = of_setup(config, untimed=[], thinking=[], shape=None)
    assert said == "Of the recording only the times are used, not the lengths of prompts and answers."
