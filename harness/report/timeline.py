"""
One call's time as spans in the order they happened, each with its owner; the shares of `harness.shares`, unsummed.

Both walk the same line, so for every call the spans of an owner add up to that owner's share.
"""

from dataclasses import dataclass

from harness.record import Call


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to `end`, in ns after the call's start, the time was `owner`'s."""

    owner: str
    begin: int
    end: int


def timeline(call: Call) -> tuple[Span, ...]:
    """
    Lay out *call* from its start to its end; () where the server's journal knows nothing of it.

    In an open loop the first span is "dispatch", from due to sent. A closed loop's wait lies before the start.
    """
    if not call.served:
        return ()
    at, spans = call.sent, [Span("dispatch", 0, call.sent - call.start)]

    def until(owner: str, moment: int) -> None:
        nonlocal at
        moment = min(max(at, moment), call.done)
        spans.append(Span(owner, at - call.start, moment - call.start))
        at = moment

    for entry in sorted(call.served, key=lambda entry: entry.received):
        written = entry.received + (entry.written[-1] if entry.written else entry.finished)
        due = entry.received + (entry.planned[-1] if entry.planned else 0)
        until("send", entry.received)
        # An answer that was cut ended before it was due: then the server owned less than it had planned.
        until("planned", min(due, max(written, at)))
        until("late", written)
    until("receive", call.done)
    return tuple(span for span in spans if span.end > span.begin)
