"""One server plays several: by model, by header, by a field of the body, within its limits and slots."""

import threading
from itertools import pairwise

import pytest


def test_a_model_a_header_and_a_field_each_choose_the_behaviour(serve, say, entries):
    """The narrowest choice wins: the body over a header over the model over the server."""
    server = serve("--tokens", "2", "--model", "slow profile=steady,ttft=0.02,itl=0.01 tokens=3")
    say(server, stream=True)
    say(server, stream=True, model="slow")
    say(server, stream=True, model="slow", headers={"x-overlap-tokens": "1"})
    say(server, stream=True, model="slow", headers={"x-overlap-tokens": "1"}, overlap={"tokens": 4})
    assert [entry["planned"] for entry in entries(server)] == [
        [0, 0],
        [20_000_000, 30_000_000, 40_000_000],
        [20_000_000],
        [20_000_000, 30_000_000, 40_000_000, 50_000_000],
    ]


@pytest.mark.parametrize(
    "own",
    [
        {"speed": 1},
        {"profile": "nope"},
        "fast",
        {"tokens": -1},
        {"fault": "nope"},
        {"profile": "empirical,path=/etc/hostname"},
    ],
)
def test_a_choice_that_is_not_there_is_an_error(serve, say, own):
    """A mistyped wish is never a silent default."""
    answer = say(serve(), overlap=own)
    assert answer.status == 400
    assert answer.error["param"] == "overlap"


def test_each_prompt_token_adds_to_the_first_tokens_time(serve, say, entries):
    """Prefill: the journal's planned time grows with the prompt's tokens."""
    server = serve("--prefill", "0.0001", "--tokens", "1")
    say(server, "short")
    say(server, "long " * 400)
    for entry in entries(server):
        assert entry["planned"] == [entry["prompt_tokens"] * 100_000]


def test_one_slot_serves_one_at_a_time(serve, say, entries):
    """Three at once on one slot: the second and third are planned after the one ahead is done."""
    server = serve("--slots", "1", "--profile", "steady,ttft=0.03,itl=0", "--tokens", "1")
    threads = [threading.Thread(target=say, args=(server,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = sorted(entry["received"] + entry["planned"][0] for entry in entries(server))
    assert all(after - before >= 30_000_000 - 1000 for before, after in pairwise(done))


def test_more_than_slots_and_queue_hold_is_answered_503(serve, say):
    """An upper bound: who finds no place is told so at once, and the others are served."""
    server = serve("--slots", "1", "--queue", "1", "--profile", "steady,ttft=1,itl=0", "--tokens", "1")
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(say(server).status)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200, 200, 503, 503]


def test_limits_are_told_and_kept(serve, say, entries):
    """Two a minute: the third is refused with the time to wait, and is in the journal."""
    server = serve("--rpm", "2", fresh=True)
    answers = [say(server) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert b"x-ratelimit-remaining-requests: 1\r\n" in answers[0].head
    assert b"retry-after: 30" in answers[2].head
    assert answers[2].error["type"] == "requests"
    assert [entry["status"] for entry in entries(server)] == [200, 200, 429]


def test_a_warm_up_call_passes_by_limits_and_faults(serve, say):
    """Warming up neither waits nor spends what the run is to have."""
    server = serve("--rpm", "1", "--fault", "status", "--profile", "steady,ttft=60", fresh=True)
    assert [say(server, f"[call w0000{n}] hello").status for n in range(3)] == [200, 200, 200]
