"""Load runs count every call that was due, show long calls rightly, and find the pieces of any stream."""

import heapq
import random
from collections.abc import Iterator

import orjson

from overlap.harness.load.call_log import Books, Row
from overlap.harness.load.live_stats import Tally, call_of
from overlap.harness.load.slo import limits
from overlap.harness.mock.journal import Journal
from overlap.harness.model.record import STOPPED, Served
from overlap.harness.probe import tag
from overlap.harness.proof.row import ProofRow as Line
from overlap.harness.streams.events import Events
from overlap.harness.streams.sse import EventReader, JsonReader

MS, SECOND = 1_000_000, 1_000_000_000
TRIALS = 300


def rows() -> Iterator[Line]:
    """Yield what is told of outages, of live views, and of streams."""
    yield from _outages()
    yield from _views()
    yield from _streams()


def _outages() -> Iterator[Line]:
    """Plant a service that answers within 0.3 s until it hangs for good; its SLO is 2 s."""
    for rate, seconds, users, begins in ((100, 60, 200, 50), (20, 30, 500, 15), (50, 40, 20, 10)):
        calls = _under_outage(rate, seconds, users, begins)
        verdict = limits("e2e=2", 0.95).judge([call_of(row) for row in calls])
        due = rate * seconds
        # Whatever is due less than 0.3 s before the outage hangs in it.
        good = sum(1 for k in range(due) if k * SECOND // rate + 300 * MS <= begins * SECOND)
        yield Line(
            "share of calls within the SLO, open loop",
            f"{rate}/s for {seconds} s, {users} users, the service hangs from second {begins} on",
            f"{good / due:.1%} of {due:,}",
            f"{verdict.kept / max(1, verdict.calls):.1%} of {verdict.calls:,}",
            (verdict.kept, verdict.calls, verdict.met) == (good, due, good / due >= 0.95),
        )


def _under_outage(rate: int, seconds: int, users: int, begins: int) -> list[Row]:
    """Return the rows of a run whose service hangs from second *begins* on, cut off 10 s after its end."""
    books = Books()
    books.kept = True
    books.open({"arrivals": f"constant,rate={rate}", "seed": 0, "seconds": float(seconds)}, 1)
    books.start(0)
    free = [0] * users
    entries: list[Row] = []
    end, over = seconds * SECOND, (seconds + 10) * SECOND
    while free and free[0] < end:
        at = heapq.heappop(free)
        due = books.next_due()
        if due is None or due >= end:
            break
        books.leave(due)
        sent = max(at, due)
        answered = sent + 300 * MS
        hangs = answered > begins * SECOND
        done, error = (over, STOPPED) if hangs else (answered, None)
        item = books.begin(due=due)
        entries.append(
            Row("chat", item.index, due, sent, done, [done - sent] if not hangs else [], error, warmup=False)
        )
        if not hangs:
            heapq.heappush(free, done)
    books.stop(end)
    return entries + books.take()


def _views() -> Iterator[Line]:
    """Plant users whose calls follow one another without a pause: overlap is the planned share of their time."""
    rng = random.Random(1)
    for users, lengths, planned in ((64, (5000, 5000), 1.0), (64, (400, 400), 1.0), (32, (500, 9000), 0.8)):
        rates, overlaps, true = [], [], []
        for _ in range(20):
            tally, flying, ended = _users(rng, users, lengths, planned)
            tally.fly(0, flying)
            live = tally.live(60 * SECOND)["chat"]
            rates.append(live["rate"])
            overlaps.append(live["overlap"])
            true.append(ended / 10)
        off = max(abs(rate - truth) for rate, truth in zip(rates, true, strict=True))
        mean = sum(overlaps) / len(overlaps)
        span = f"{lengths[0] / 1000:g} to {lengths[1] / 1000:g} s"
        about = f"{users} users, calls of {span}, {planned:.0%} of it planned"
        yield Line(
            "live rate",
            f"{about}; 20 trials",
            "calls ended in 10 s / 10 s",
            f"off by at most {off:.3f}/s",
            off < 0.05,
        )
        kept = abs(mean - planned * 100) < 1
        yield Line("live overlap", f"{about}; 20 trials", f"{planned * 100:.0f} % ± 1", f"{mean:.1f} %", kept)


def _users(
    rng: random.Random, users: int, lengths: tuple[int, int], planned: float
) -> tuple[Tally, list[tuple[str, int]], int]:
    """Return a test of 60 s as far as it has gone: what ended, what is in flight, how much ended lately."""
    tally, recorded, flying, entries, recent = Tally(users), [], [], [], 0
    for user in range(users):
        at, number = -rng.randint(*lengths) * MS, 0
        while at < 60 * SECOND:
            length = rng.randint(*lengths) * MS
            if at + length > 60 * SECOND:
                flying.append(("chat", at))
                break
            index = user * 1000 + number
            recorded.append(Row("chat", index, None, at, at + length, [length], None, warmup=False))
            plan = round(length * planned)
            entries.append((tag(index, warmup=False), Served(at, [plan], [plan], plan)))
            recent += at + length > 50 * SECOND
            at, number = at + length, number + 1
    tally.bring(recorded)
    tally.take(Journal(users, users, 0, tuple(entries)))
    return tally, flying, recent


def _piece(kind: str, text: str) -> bytes:
    bodies = {
        "chat": {"choices": [{"delta": {"content": text}}]},
        "anthropic": {"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}},
        "gemini": {"candidates": [{"content": {"parts": [{"text": text}]}}]},
        "ollama": {"message": {"role": "assistant", "content": text}, "done": False},
        "own": {"text": text},
    }
    return orjson.dumps(bodies[kind])


_NOISE: dict[str, tuple[bytes, ...]] = {
    "chat": (
        b'{"choices":[{"delta":{"role":"assistant","content":""}}]}',
        b'{"choices":[{"delta":{"reasoning":"hm"}}]}',
    ),
    "anthropic": (b'{"type":"message_start","message":{"usage":{"output_tokens":1}}}', b'{"type":"ping"}'),
    "gemini": (b'{"usageMetadata":{"promptTokenCount":3}}',),
    "ollama": (b'{"message":{"role":"assistant","content":""},"done":false}',),
    "own": (b'{"text":""}', b'{"id":"x"}'),
}
_FAILURES = (
    b'event: error\ndata: {"message":"no"}\n\n',
    b"event: error\ndata: no\n\n",
    b'data: {"error":{"code":"x"},"choices":[{"delta":{"content":""}}]}\n\n',
)


def _streams() -> Iterator[Line]:
    """Plant streams of a known number of pieces, cut anywhere, some of which fail at their end."""
    for kind in _NOISE:
        rng = random.Random(kind)
        right = failures = planted = 0
        for _ in range(TRIALS):
            pieces, fails = rng.randint(0, 20), kind != "ollama" and rng.random() < 0.3
            events = Events(JsonReader() if kind == "ollama" else EventReader())
            counts = _fed(events, _stream(rng, kind, pieces, fails=fails), rng)
            right += counts == pieces
            failures += (events.error is not None) == fails
            planted += fails
        about = f"{kind}, 0 to 20 pieces among events that are none, bytes cut anywhere"
        yield Line(
            "pieces of a stream", f"{about}; {TRIALS} streams", "all right", f"{right} right", right == TRIALS
        )
        if planted:
            result = f"{failures} of {TRIALS} told rightly"
            yield Line(
                "failures told in a stream",
                f"{kind}; {planted} of {TRIALS} fail",
                "each one",
                result,
                failures == TRIALS,
            )


def _stream(rng: random.Random, kind: str, pieces: int, *, fails: bool) -> bytes:
    bodies = [_piece(kind, rng.choice(["a", " ", "é世", "0"])) for _ in range(pieces)]
    for noise in _NOISE[kind] * 2:
        bodies.insert(rng.randint(0, len(bodies)), noise)
    if kind == "ollama":
        return b"".join(body + b"\n" for body in bodies)
    end = rng.choice([b"\n", b"\r\n", b"\r"])
    stream = b"".join(b"data: " + body + end + end for body in bodies)
    return stream + (rng.choice(_FAILURES) if fails else b"data: [DONE]" + end + end)


def _fed(events: Events, stream: bytes, rng: random.Random) -> int:
    pieces = 0
    while stream:
        cut = rng.randint(1, 60)
        pieces += events.feed(stream[:cut])
        stream = stream[cut:]
    return pieces + events.end()
