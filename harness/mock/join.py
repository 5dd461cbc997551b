"""Joins calls with the server's journal by their tag."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from overlap.harness.mock.journal import Journal
from overlap.harness.model.record import Call, Served
from overlap.harness.probe import of_any_round, tag


def join(calls: Iterable[Call], journal: Journal) -> tuple[list[Call], int]:
    """
    Return *calls* with their journal entries, and the number of entries that belong to no call.

    A call may have several entries: retries, or the steps of a chain. They are in order of arrival.
    """
    by_tag: defaultdict[str | None, list[Served]] = defaultdict(list)
    for owner, entry in journal.entries:
        by_tag[of_any_round(owner) if owner else owner].append(entry)
    joined = [replace(call, served=tuple(by_tag.pop(tag(call.index, warmup=call.warmup), ()))) for call in calls]
    return joined, sum(map(len, by_tag.values()))


def opened(calls: Iterable[Call]) -> int | None:
    """
    Return the number of connections that counted calls used and no warm-up call had used.

    It is None if the journal does not say which request came on which connection.
    """
    used: dict[bool, set[int | None]] = {True: set(), False: set()}
    for call in calls:
        used[call.warmup].update(entry.connection for entry in call.served)
    if not used[False] or None in used[False] | used[True]:
        return None
    return len(used[False] - used[True])
