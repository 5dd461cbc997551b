"""
One call's time laid out in spans, each with its owner, by the server's journal; a pure function of the record.

    sent          received      due          written      received    due  written       done
     │── send ───────│─ planned ──│── late ─────│─ between ──│─ planned ─│─ late ─│─ receive ─│

A call with several requests (retries, chains, tools) has a span between them. Of that, a server that refused the
request and asked for a pause owns as much as it asked for: `limit`. Requests side by side are counted once: a
moment is planned while any of them is within its schedule, and late while none is but one is not yet answered.
"""

from dataclasses import dataclass
from itertools import pairwise

from overlap.harness.model.record import Call, Served


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to `end`, in ns, the time was `owner`'s."""

    owner: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class _Answer:
    """When a request was received, due and answered, as far as its call waited; and the pause it was asked for."""

    begin: int
    due: int
    end: int
    pause: int


def spans(call: Call) -> list[Span]:
    """
    Divide *call* from `sent` to `done` into spans that follow each other; [] where the journal does not know it.

    No span is empty, so a call that took no time has none either.
    """
    if not call.served:
        return []
    answers = [_clipped(call, entry) for entry in call.served]
    first = min(answer.begin for answer in answers)
    # Only the moments at which something begins or ends can change the owner.
    moments = sorted({moment for answer in answers for moment in (answer.begin, answer.due, answer.end)})
    spans = [Span("send", call.sent, first)]
    for begin, end in pairwise(moments):
        if any(answer.begin <= begin < answer.due for answer in answers):
            spans.append(Span("planned", begin, end))
        elif any(answer.begin <= begin < answer.end for answer in answers):
            spans.append(Span("late", begin, end))
        else:
            limit = min(end, max(_asked_until(answer) for answer in answers if answer.end <= begin))
            spans += [Span("limit", begin, max(begin, limit)), Span("between", max(begin, limit), end)]
    spans.append(Span("receive", max(answer.end for answer in answers), call.done))
    return _joined(spans)


def _clipped(call: Call, entry: Served) -> _Answer:
    """Leave out what the caller did not wait for: a cancelled call's stream is not the call's time."""

    def within(moment: int) -> int:
        return min(max(moment, call.sent), call.done)

    written = entry.received + (entry.written[-1] if entry.written else entry.finished)
    due = entry.received + (entry.planned[-1] if entry.planned else 0)
    begin = within(entry.received)
    end = max(begin, within(written))
    # An answer that was cut ended before it was due: then the server owned less than it had planned.
    return _Answer(begin, min(max(begin, within(due)), end), end, entry.retry_after or 0)


def _asked_until(answer: _Answer) -> int:
    """Return until when the server asked for no further request; its end where it asked for nothing."""
    return answer.end + answer.pause


def _joined(spans: list[Span]) -> list[Span]:
    """Leave out empty spans and join neighbours of one owner."""
    joined: list[Span] = []
    for span in spans:
        if span.end <= span.begin:
            continue
        if joined and joined[-1].owner == span.owner:
            joined[-1] = Span(span.owner, joined[-1].begin, span.end)
        else:
            joined.append(span)
    return joined
