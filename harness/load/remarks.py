"""What a reader must know to read a load test rightly, one sentence each; pure functions of its calls."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from overlap.harness.load.live_stats import Counts, EndedTest, Tally
from overlap.harness.model.record import LEFT, Call
from overlap.harness.store.unfinished import unjoined

OURS = frozenset({"E2E", "TTFT", "ITL", "TPOT"})
"""Rows of Locust's table that are made of calls on record."""


def untagged(number: int, *, nothing: bool) -> str:
    """Say that *number* requests of a locustfile carried no tag; *nothing*: all of them, so none is joined."""
    known = "who owned the time is not known" if nothing else "of their calls it is not known who owned the time"
    return (
        f"{number:,} requests carry no call's tag, so that {known}: write [call] into each prompt of the "
        "locustfile, and its call is found in the server's journal."
    )


def of_test(test: EndedTest, calls: Sequence[Call], *, open_loop: bool) -> Iterator[str]:
    """Yield what is to be said of one test, whose *calls* are joined with the server's journal."""
    tally = test.tally
    counted = [call for call in calls if not call.warmup]
    yield from _broken_off(test, counted)
    yield from _due(tally)
    yield from _changed(tally, counted)
    yield from _left(counted, journal=tally.journal)
    yield from _cut_short(counted)
    if not open_loop and test.counts is not None:
        yield from _shorter_than_a_call(tally, counted)


def _broken_off(test: EndedTest, calls: Sequence[Call]) -> Iterator[str]:
    """Remark what is not known of a test that did not come to its end."""
    if test.counts is None:
        yield (
            f"A test broke off: its figures are of the {len(calls):,} calls that had ended and were reported by "
            "then. Calls in flight are not recorded, and Locust's own counts and CPU time are not known."
        )
    lost = unjoined(calls) if test.tally.journal_lost else 0
    if lost:
        yield (f"Of {lost:,} calls it is not known what the LLM server saw of them: its journal was lost with it.")


def _due(tally: Tally) -> Iterator[str]:
    if tally.unsent:
        yield (
            f"{tally.due:,} calls were due, {tally.due - tally.unsent:,} were sent: for the other "
            f"{tally.unsent:,} no user was free in time. They count as missed."
        )


def _changed(tally: Tally, calls: Sequence[Call]) -> Iterator[str]:
    if len(tally.changes) < 2:
        return
    began = tally.changes[0][0]
    steps = [f"{number} after {(at - began) / 1e9:.0f} s" for at, number in tally.changes[1:]]
    if calls:
        yield (
            f"The number of users was changed while the test went on: {tally.changes[0][1]}, then "
            f"{', then '.join(steps)}. Each figure is over all of these loads."
        )


def _left(calls: Sequence[Call], *, journal: bool) -> Iterator[str]:
    left = [call for call in calls if call.error == LEFT]
    if not left:
        return
    sentence = f"{len(left):,} calls were left by their users before the answer was complete; they did not fail."
    seen = [call for call in left if call.served]
    if journal and seen:
        stopped = sum(1 for call in seen if any(entry.disconnected for entry in call.served))
        sentence += (
            f" The LLM server saw the connection of {stopped:,} of {len(seen):,} close early; the other "
            f"{len(seen) - stopped:,} it answered to the end."
        )
    yield sentence


def _cut_short(calls: Sequence[Call]) -> Iterator[str]:
    """Remark answers without the end mark that others of their endpoint had."""
    by_endpoint: defaultdict[str, list[bool]] = defaultdict(list)
    for call in calls:
        if call.ended is not None and call.error is None:
            by_endpoint[call.cell].append(call.ended)
    for name, ended in sorted(by_endpoint.items()):
        without = ended.count(False)
        if without and without < len(ended):
            yield (
                f"{without:,} of {len(ended):,} answers of {name} ended without the mark that the others ended "
                "with, such as [DONE]: they may have been cut short."
            )


def _shorter_than_a_call(tally: Tally, calls: Sequence[Call]) -> Iterator[str]:
    """Remark a test in which hardly any user came to a second call: such a load is one wave, not a steady one."""
    if calls and len(tally.changes) < 2 and len(calls) <= tally.users and tally.users > 1:
        yield (
            f"The test was hardly longer than a call: {tally.users:,} users made {len(calls):,} calls, so that "
            "each figure is of one wave. Give it more --time."
        )


def untimed(locust: Counts) -> str | None:
    """Say which of Locust's own counts, by name and row, are of requests that this run has no record of."""
    found = {name: sum(n for row, n in rows.items() if row not in OURS) for name, rows in locust.items()}
    found = {name: number for name, number in found.items() if number}
    if not found:
        return None
    most = sorted(found, key=lambda name: -found[name])[:3]
    return (
        f"{sum(found.values()):,} requests ({', '.join(most)}{' …' if len(found) > 3 else ''}) were not made by a "
        "StreamingUser: they were load, but they are not recorded, and no figure and no limit here knows of them."
    )


def of_setup(config: Any, *, untimed: Sequence[str], thinking: Sequence[str], shape: str | None) -> Iterator[str]:
    """Yield what is to be said of a run before it begins, from its configuration and its locustfile."""
    arrivals = config.schedule()
    if untimed:
        yield f"Requests of {', '.join(untimed)} are not recorded: only those of a StreamingUser are."
    if thinking and arrivals is None:
        yield (
            f"Users of {', '.join(thinking)} wait between calls (wait_time): overlap efficiency and throughput "
            "count that time, in which nothing was asked for."
        )
    if shape and config.time is not None and not config.mixed:
        yield f"The load shape {shape} is not followed: it is for all users together, without --endpoint."
    elif shape and config.time is not None:
        yield f"The load shape {shape} says how many users there are, not --users."
    if arrivals is not None and arrivals.ends:
        yield "Of the recording only the times are used, not the lengths of prompts and answers."
