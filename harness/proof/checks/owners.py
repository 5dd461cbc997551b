"""Every nanosecond of a call goes to who had it: tools, pauses and waits of a batch are no client library."""

from collections.abc import Iterator
from random import Random

from overlap.harness.model.record import Call, Served
from overlap.harness.model.shares import Shares, shares
from overlap.harness.proof.row import ProofRow

TRIALS = 2_000


def rows() -> Iterator[ProofRow]:
    """Yield a row for each kind of call, with planted shares."""
    for name, planted in (
        ("one request", _plain),
        ("an agent: requests with tools between them", _agent),
        ("a limit: 429 with retry-after, tried again", _limited),
        ("two requests side by side, the first one late", _parallel),
    ):
        rng = Random(1)
        kept = sum(shares(call) == wanted for call, wanted in (planted(rng) for _ in range(TRIALS)))
        yield ProofRow(
            "who owned the time",
            f"{name}; {TRIALS:,} calls",
            "as planted, to the nanosecond",
            f"{kept:,}",
            kept == TRIALS,
        )
    batch = [
        Call("c", 0, index, 0, 900, served=(Served(300 * index, [300], [300], 300),), together=True)
        for index in range(3)
    ]
    none = sum(shares(call) is None and call.e2e is None for call in batch)
    yield ProofRow(
        "latency and shares of a batch",
        "3 calls of 300 ns handed over in one go, answered one by one",
        "none: 2 of 3 waited for others",
        f"unknown for {none} of 3",
        none == 3,
    )


def _long(rng: Random) -> int:
    return rng.randrange(1, 10**9)


def _plain(rng: Random) -> tuple[Call, Shares]:
    send, planned, late, receive = (_long(rng) for _ in range(4))
    entry = Served(send, [planned], [planned + late], planned + late)
    return Call("c", 0, 0, 0, send + planned + late + receive, served=(entry,)), Shares(
        send=send, planned=planned, late=late, receive=receive
    )


def _agent(rng: Random) -> tuple[Call, Shares]:
    send, receive, at = _long(rng), _long(rng), 0
    entries, planned, late, between = [], 0, 0, 0
    at = send
    for step in range(rng.randrange(2, 5)):
        if step:
            tool = _long(rng)
            between, at = between + tool, at + tool
        duration, over = _long(rng), rng.randrange(0, 10**6)
        entries.append(Served(at, [duration], [duration + over], duration + over))
        planned, late, at = planned + duration, late + over, at + duration + over
    rng.shuffle(entries)
    call = Call("c", 0, 0, 0, at + receive, served=tuple(entries))
    return call, Shares(send=send, planned=planned, late=late, between=between, receive=receive)


def _limited(rng: Random) -> tuple[Call, Shares]:
    send, receive, wait, more, refused, planned = (_long(rng) for _ in range(6))
    again = send + refused + wait + more
    entries = (
        Served(send, [refused], [refused], refused, status=429, retry_after=wait),
        Served(again, [planned], [planned], planned),
    )
    call = Call("c", 0, 0, 0, again + planned + receive, served=entries)
    return call, Shares(send=send, planned=refused + planned, limit=wait, between=more, receive=receive)


def _parallel(rng: Random) -> tuple[Call, Shares]:
    send, receive = _long(rng), _long(rng)
    first, late = _long(rng), _long(rng)
    second, over = first + late + _long(rng), _long(rng)
    entries = (
        Served(send, [first], [first + late], first + late),
        Served(send, [second], [second + over], second + over),
    )
    call = Call("c", 0, 0, 0, send + second + over + receive, served=entries)
    return call, Shares(send=send, planned=second, late=over, receive=receive)
