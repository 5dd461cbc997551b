"""Joins calls with the server's journal by their tag."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from overlap.harness.mock.journal import Journal
from overlap.harness.model.record import Call, Served
from overlap.harness.probe import of_any_round, tag


def join(calls: Iterable[Call], journal: Journal) -> tuple[list[Call], int]:
    """
    Answer *calls* with their journal entries, and how many entries belong to none of them.

    A call may have several entries: retries, or the steps of a chain. They keep the order of their arrival.
    """
    by_tag: defaultdict[str | None, list[Served]] = defaultdict(list)
    for owner, entry in journal.entries:
        by_tag[of_any_round(owner) if owner else owner].append(entry)
    joined = [replace(call, served=tuple(by_tag.pop(tag(call.index, warmup=call.warmup), ()))) for call in calls]
    return joined, sum(map(len, by_tag.values()))


def opened(calls: Iterable[Call]) -> int | None:
    """
    How many connections the counted ones among *calls* used that no warm-up call had used before them.

    None where the journal does not say which request came on which connection.
    """
    used: dict[bool, set[int | None]] = {True: set(), False: set()}
    for call in calls:
        used[call.warmup].update(entry.connection for entry in call.served)
    if not used[False] or None in used[False] | used[True]:
        return None
    return len(used[False] - used[True])
