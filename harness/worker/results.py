"""What a worker answers, as records: what was timed of a slot, with its calls, and what came of first calls."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from overlap.harness.host.secrets import masked
from overlap.harness.model.record import Call, Lag, Metered, Pauses, Queue
from overlap.harness.store.json_records import call_from
from overlap.harness.store.typed import typed


@dataclass(frozen=True, slots=True)
class Timed:
    """What was seen of a slot from inside: monotonic start and end, CPU time, and what explains lost time."""

    started: int
    ended: int
    cpu: int
    lag: Lag | None = None
    beats: int | None = None
    gc: Pauses | None = None
    queue: Queue | None = None
    pool: Queue | None = None
    metered: Metered | None = None
    offered: Lag | None = None
    awake: bool | None = None
    tasks: int | None = None
    threads: int | None = None
    processes: int | None = None  # that shared out an open loop's calls


@dataclass(frozen=True, slots=True)
class SlotResult:
    """What came of a slot, as seen from inside: what was timed, and its calls, warm-up calls first."""

    timed: Timed
    calls: list[Call]


@dataclass(frozen=True, slots=True)
class FirstCalls:
    """
    What came of an application's first calls.

    *made* is how many there were, *empty* how many gave no output without failing; *errors* has one line for each
    that failed. Where one went well, *lame* has the methods that do not work, each with such a line: a graph of
    async nodes has an `invoke` that only raises.
    """

    made: int
    empty: int
    errors: list[str]
    lame: dict[str, str]

    def masked(self) -> "FirstCalls":
        """Return them without secrets in what the application says of itself."""
        lame = {name: masked(why) for name, why in self.lame.items()}
        return replace(self, errors=[masked(error) for error in self.errors], lame=lame)


def values(record: Any) -> dict[str, Any]:
    """Return the fields of *record* by name."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def result_from(answer: Mapping[str, Any]) -> SlotResult:
    """Make a `SlotResult` of what a worker has answered."""
    return SlotResult(typed(answer["timed"], Timed), [call_from(fact) for fact in answer["calls"]])


def added(timed: Iterable[Timed]) -> Timed:
    """
    Add up what was timed in each of several processes.

    Where there is nothing to add, it is the worst of each that stands for all: of lateness and of waits.
    """
    each = list(timed)
    summed = {name: _together(each, name, sum) for name in ("cpu", "beats", "tasks", "threads")}
    worst = {name: _together(each, name, max) for name in values(each[0])}
    return Timed(**{**worst, **summed, "started": min(one.started for one in each), "processes": len(each)})


COUNTS = frozenset({"count", "total"})


def _together(each: Iterable[Any], name: str, put: Any) -> Any:
    """Put the values of a field together: of a record, counts and totals are added, the rest is the largest."""
    known = [value for one in each if (value := getattr(one, name)) is not None]
    if not known:
        return None
    if is_dataclass(known[0]):
        kind: Any = type(known[0])
        return kind(**{part: _together(known, part, sum if part in COUNTS else max) for part in values(known[0])})
    return put(known)
