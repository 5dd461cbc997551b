"""A call laid out in time: the same line that the shares of the time are sums of."""

from array import array
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from overlap.harness.model.record import Call, Served
from overlap.harness.model.shares import shares
from overlap.harness.model.spans import Span
from overlap.harness.report.timeline import timeline

times = st.integers(0, 1000)


@st.composite
def _served(draw):
    planned = sorted(draw(st.lists(times, min_size=1, max_size=4)))
    late = [at + draw(st.integers(0, 50)) for at in planned]
    cut = draw(st.integers(0, len(late)))
    return Served(draw(times), array("q", planned), array("q", late[:cut]), draw(times))


@given(st.lists(_served(), min_size=1, max_size=3), times, st.integers(0, 2000), st.none() | st.integers(0, 50))
def test_spans_of_an_owner_add_up_to_its_share(served, sent, long, waited):
    """Retries, overlaps, cut answers: both readings of a call agree to the nanosecond."""
    due = None if waited is None else sent - waited
    call = Call("cell", 0, 0, sent, sent + long, due=due, served=tuple(served))
    expected = asdict(shares(call, call.sent - call.start))
    spans = timeline(call)
    sums = dict.fromkeys(expected, 0)
    for span in spans:
        sums[span.owner] += span.end - span.begin
    assert sums == expected


@given(st.lists(_served(), min_size=1, max_size=3), times, st.integers(1, 2000))
def test_spans_follow_each_other_without_a_gap(served, sent, long):
    """From the start of the call to its end, every nanosecond has one owner."""
    spans = timeline(Call("cell", 0, 0, sent, sent + long, served=tuple(served)))
    edges = [0, *(span.end for span in spans)]
    assert [span.begin for span in spans] == edges[:-1]
    assert edges[-1] == long


def test_a_retried_call_has_a_wait_between_its_requests():
    """Sent 0, received 10, planned 20, written 22; again received 40, written 60; done 65."""
    first = Served(10, array("q", [10]), array("q", [12]), 12, status=500)
    second = Served(40, array("q", [20]), array("q", [20]), 20)
    spans = timeline(Call("cell", 0, 0, 0, 65, served=(second, first)))
    assert spans == (
        Span("send", 0, 10),
        Span("planned", 10, 20),
        Span("late", 20, 22),
        Span("between", 22, 40),
        Span("planned", 40, 60),
        Span("receive", 60, 65),
    )


def test_a_call_the_journal_does_not_know_has_no_timeline():
    """Nothing is guessed."""
    assert timeline(Call("cell", 0, 0, 0, 65)) == ()
