"""The records of a worker's answers: the timing of a slot with its calls, and the results of first calls."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from overlap.harness.host.secrets import masked
from overlap.harness.model.record import Call, Lag, Metered, Pauses, Queue


@dataclass(frozen=True, slots=True)
class Timed:
    """The worker's measurements of a slot, in ns: start and end, CPU time, and what explains lost time."""

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
    refused: int | None = None  # connections to other hosts than the server's, which were not made
    processes: int | None = None  # number of workers that shared an open loop's calls


@dataclass(frozen=True, slots=True)
class SlotResult:
    """The result of a slot in the worker: its timing, and its calls, warm-up calls first."""

    timed: Timed
    calls: list[Call]


@dataclass(frozen=True, slots=True)
class FirstCalls:
    """
    The results of an application's first calls.

    *attempted* is the number of calls, *empty* the number of those that gave no output without failing; *errors*
    has one line for each that failed. If one had output, *failing* has each method that does not work, with such a
    line: a graph of async nodes has an `invoke` that only raises. *refused* names the hosts that it tried to reach
    and may not.
    """

    attempted: int
    empty: int
    errors: list[str]
    failing: dict[str, str]
    refused: list[str] = field(default_factory=list)

    def masked(self) -> "FirstCalls":
        """Return a copy without secrets in the application's error messages."""
        failing = {name: masked(error) for name, error in self.failing.items()}
        return replace(self, errors=[masked(error) for error in self.errors], failing=failing)


def values(record: Any) -> dict[str, Any]:
    """Return the fields of *record* by name."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def added(timed: Iterable[Timed]) -> Timed:
    """
    Return the timing of several processes together.

    CPU time and counts are added; of lateness and waits the largest value stands for all.
    """
    each = list(timed)
    summed = {name: _together(each, name, sum) for name in ("cpu", "beats", "tasks", "threads", "refused")}
    worst = {name: _together(each, name, max) for name in values(each[0])}
    return Timed(**{**worst, **summed, "started": min(one.started for one in each), "processes": len(each)})


COUNTS = frozenset({"count", "total"})


def _together(each: Iterable[Any], name: str, put: Any) -> Any:
    """
    Combine the values of field *name* by *put*.

    Of a record, add counts and totals and take the largest rest.
    """
    present = [value for one in each if (value := getattr(one, name)) is not None]
    if not present:
        return None
    if is_dataclass(present[0]):
        kind: Any = type(present[0])
        return kind(
            **{part: _together(present, part, sum if part in COUNTS else max) for part in values(present[0])}
        )
    return put(present)
