"""
Joins the calls of somebody's own application with the journal: by tag, else by time where that is unambiguous.

An application may rewrite its prompts, so that the call's tag does not reach the wire, or carry the tags of
earlier calls along in a conversation. A request without a tag that its time agrees with belongs to the one call
that was in flight when the server received it. One with the tag of another call is left out where the call in
flight has requests with its own: then tags are to be believed, and another call has sent it in the background.
Where several calls were in flight, nobody can tell: each of those is left without its requests, since a part of
them would put the server's time down to the client.

    call 0  ├────────────┤            request a: call 0's, by time
    call 1            ├───────┤       request b: anybody's, so neither call's shares are known
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
    The *calls* with their requests; how many requests were joined by time, and how many belong to no call at all.

    *untold* counts the calls that are left without their requests, *untagged* the requests that carried no tag of
    a call in flight, whatever became of them.
    """

    calls: list[Call]
    by_time: int
    untold: int
    stray: int
    untagged: int


def join_by_time(calls: Iterable[Call], journal: Journal) -> JoinedByTime:
    """Answer *calls* with the journal's entries, as the module says."""
    made = list(calls)
    named = {tag(call.index, warmup=call.warmup): place for place, call in enumerate(made)}
    owned: list[list[Served]] = [[] for _ in made]
    doubtful: set[int] = set()
    by_time = stray = 0
    others: list[tuple[int | None, Served]] = []
    for name, entry in journal.entries:
        place = named.get(of_any_round(name)) if name else None
        if place is not None and _in_flight(made[place], entry):
            owned[place].append(entry)
        else:
            others.append((place, entry))
    tagged = {place for place, entries in enumerate(owned) if entries}
    for named_place, entry in others:
        there = [place for place, call in enumerate(made) if _in_flight(call, entry)]
        if named_place is not None and tagged.intersection(there):
            there = []
        by_time += len(there) == 1
        stray += not there
        if len(there) == 1:
            owned[there[0]].append(entry)
        doubtful.update(there if len(there) > 1 else ())
    joined = [
        replace(call, served=() if place in doubtful else tuple(sorted(owned[place], key=_received)))
        for place, call in enumerate(made)
    ]
    return JoinedByTime(joined, by_time, len(doubtful), stray, len(others))


def _received(entry: Served) -> int:
    return entry.received


def _in_flight(call: Call, entry: Served) -> bool:
    return call.sent <= entry.received <= call.done
