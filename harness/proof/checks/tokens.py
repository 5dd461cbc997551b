"""TTFT, TPOT and tokens are those of what was sent, where not all tokens are seen."""

from collections.abc import Iterator
from typing import Any

import orjson

from overlap.harness.model.record import Call, Served
from overlap.harness.probe import Probe, item
from overlap.harness.proof.row import ProofRow
from overlap.harness.streams.deltas import Delta, meaning
from overlap.harness.streams.events import Events
from overlap.harness.streams.sse import EventReader

MS = 1_000_000


def rows() -> Iterator[ProofRow]:
    """Yield a row for each kind of call whose tokens are not all between its first and its last chunk."""
    chunks = [(300 + 10 * token) * MS for token in range(20)]
    whole = Served(0, [250 * MS], [250 * MS], 250 * MS, tokens=80)
    last = _stream(20)
    yield _tpot(
        "chain: 80 tokens whole, then 20 streamed",
        Call("a", 0, 0, 0, 500 * MS, chunks=chunks, served=(whole, last)),
    )
    yield _tokens("cut after 10 of 50, then retried", (_stream(50, 10), _stream(50)), 60)
    yield _tokens("cut after 10 of 50", (_stream(50, 10),), 10)
    yield _tokens("three choices of 20", (_stream(20, choices=3),), 60)
    yield from _reasoning()
    yield from _bytes()


def _stream(tokens: int, written: int | None = None, choices: int = 1) -> Served:
    planned = [(40 + 10 * token) * MS for token in range(tokens)]
    sent = planned[: tokens if written is None else written]
    return Served(260 * MS, planned, sent, planned[-1], tokens=tokens * choices, stream=True)


def _tpot(planted: str, call: Call) -> ProofRow:
    return ProofRow(
        "TPOT", f"{planted}, 10 ms apart", "10 ms", f"{(call.tpot or 0) / MS:g} ms", call.tpot == 10 * MS
    )


def _tokens(planted: str, served: tuple[Served, ...], expected: int) -> ProofRow:
    tokens = Call("a", 0, 0, 0, 900 * MS, served=served).output_tokens
    return ProofRow("output tokens", planted, str(expected), str(tokens), tokens == expected)


def _event(event: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(event) + b"\n\n"


def _reasoning() -> Iterator[ProofRow]:
    """Yield rows for a model that thinks 900 of 1,000 tokens, under two spellings and unseen."""
    usage = {"completion_tokens": 1000, "completion_tokens_details": {"reasoning_tokens": 900}}
    for field in ("reasoning_content", "reasoning"):
        deltas = [{field: "hm"}, *({"content": "word"} for _ in range(3))]
        events = [{"choices": [{"delta": delta}]} for delta in deltas] + [{"choices": [], "usage": usage}]
        reader = Events(EventReader())
        body = b"".join(map(_event, events))
        pieces = reader.feed(body)
        seen = f"{pieces} pieces, {reader.tokens} tokens"
        yield ProofRow(f"answer beside {field}", "3 pieces, 900 of 1,000 tokens thought", "3 pieces, 100 tokens",
                       seen, seen == "3 pieces, 100 tokens")  # fmt: skip
    call = Call("a", 0, 0, 0, 10_000 * MS, chunks=[9000 * MS, 9010 * MS], reasoning=100 * MS)
    both = f"{(call.ttft or 0) // MS} and {(call.first_answer or 0) // MS} ms"
    yield ProofRow("TTFT and first answer token", "thinking after 100, answer after 9,000 ms", "100 and 9000 ms",
                   both, both == "100 and 9000 ms")  # fmt: skip
    negative: Delta = meaning({"choices": [], "usage": {"completion_tokens": -1}})
    yield ProofRow("negative usage", "-1 tokens", "unknown", str(negative.tokens), negative.tokens is None)


def _bytes() -> Iterator[ProofRow]:
    """Yield a row for a stream of bytes that is cut at every place: roles and pings are no output."""
    events = [{"choices": [{"delta": {"role": "assistant"}}]}, *({"choices": [{"delta": {"content": "w"}}]},) * 5]
    body = (
        b": ping\n\n" + b"".join(b"data: " + orjson.dumps(each) + b"\n\n" for each in events) + b"data: [DONE]\n\n"
    )
    counts = set()
    for cut in range(1, len(body)):
        probe = Probe()
        with probe.measure(item(0, "")) as mark:
            for piece in (body[:cut], body[cut:]):
                mark.saw(piece)
        counts.add(len(probe.calls("a", 0)[0].chunks))
    planted, seen = f"5 tokens, cut in two at {len(body) - 1} places", ", ".join(map(str, sorted(counts)))
    yield ProofRow("pieces of a byte stream", planted, "5", seen, counts == {5})
