"""One call from its start to its end in spans, as a chart shows it: those of `model.spans` after its wait."""

from overlap.harness.model.record import Call
from overlap.harness.model.spans import Span, spans


def timeline(call: Call) -> tuple[Span, ...]:
    """
    Lay out *call* in ns after its start; () where it cannot be divided, as `model.shares` says.

    In an open loop the first span is "dispatch", from due to sent. A closed loop's wait lies before the start.
    """
    if call.together or not call.served:
        return ()
    waited = [Span("dispatch", call.start, call.sent)] if call.sent > call.start else []
    return tuple(
        Span(span.owner, span.begin - call.start, span.end - call.start) for span in (*waited, *spans(call))
    )
