"""
Joins the calls of the user's own application with the journal: by tag, or else by time if that is unambiguous.

An application may rewrite its prompts, so that the call's tag does not reach the server, or repeat the tags of
earlier calls in a conversation. So a request whose tag is missing, or does not agree with its time, belongs to the
one call that was in flight when the server received it. There is one exception: if the request has the tag of
another call, and the call in flight has requests with its own tag, then tags are reliable, the other call sent the
request in the background, and it is left out. If several calls were in flight, the owner is unknown: each of these
calls is left without its requests, because with a part of them the server's time would be attributed to the
client.

    call 0  ├────────────┤            request a: call 0's, by time
    call 1            ├───────┤       request b: of either call, so neither call's shares are known
                 a      b
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from overlap.harness.mock.journal import Journal
from overlap.harness.model.record import Call, Served
from overlap.harness.probe import of_any_round, tag


@dataclass(frozen=True, slots=True)
class JoinedByTime:
    """
    The *calls* with their requests, and the counts of the join.

    *by_time* is the number of requests joined by time, *stray* of those that belong to no call. *untold* is the
    number of calls left without their requests. *untagged* is the number of requests without the tag of a call in
    flight, joined or not.
    """

    calls: list[Call]
    by_time: int
    untold: int
    stray: int
    untagged: int


def join_by_time(calls: Iterable[Call], journal: Journal) -> JoinedByTime:
    """Return *calls* joined with the entries of *journal* by the rules at the top of this module."""
    joinable = list(calls)
    named = {tag(call.index, warmup=call.warmup): place for place, call in enumerate(joinable)}
    owned: list[list[Served]] = [[] for _ in joinable]
    doubtful: set[int] = set()
    by_time = stray = 0
    others: list[tuple[int | None, Served]] = []
    for name, entry in journal.entries:
        place = named.get(of_any_round(name)) if name else None
        if place is not None and _in_flight(joinable[place], entry):
            owned[place].append(entry)
        else:
            others.append((place, entry))
    tagged = {place for place, entries in enumerate(owned) if entries}
    for named_place, entry in others:
        in_flight = [place for place, call in enumerate(joinable) if _in_flight(call, entry)]
        if named_place is not None and tagged.intersection(in_flight):
            in_flight = []
        by_time += len(in_flight) == 1
        stray += not in_flight
        if len(in_flight) == 1:
            owned[in_flight[0]].append(entry)
        doubtful.update(in_flight if len(in_flight) > 1 else ())
    joined = [
        replace(call, served=() if place in doubtful else tuple(sorted(owned[place], key=_received)))
        for place, call in enumerate(joinable)
    ]
    return JoinedByTime(joined, by_time, len(doubtful), stray, len(others))


def _received(entry: Served) -> int:
    return entry.received


def _in_flight(call: Call, entry: Served) -> bool:
    return call.sent <= entry.received <= call.done
