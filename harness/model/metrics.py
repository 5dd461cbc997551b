"""
The table of metrics: name, unit, which way is better, formula; a metric is a row, its statistics are columns.

A metric of calls gives one number (or several: the gaps of a stream) per call, of which quantiles are taken; a
metric of slots gives one number per slot. A statistic is named `metric.statistic` ("ttft.p95"), a metric of
slots by its own name ("throughput").
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from overlap.harness.model.record import Call, Cell, Slot
from overlap.harness.model.shares import OWNERS, at_once, dispatch, ideal_makespan, served, service, shares

Better = Literal["lower", "higher", "neither"]


@dataclass(frozen=True, slots=True)
class OfCalls:
    """
    A metric with one or more numbers a call; `of` gives () where there is nothing to derive it from.

    `least` is of a call that failed before it had one: below what its number cannot be, or None where it has no
    place among the others. In percentiles such a call counts as slower than any that has a number.
    """

    name: str
    label: str
    unit: str
    better: Better
    formula: str
    of: Callable[[Call], Sequence[float]]
    quantiles: tuple[int, ...] = (50, 95, 99)
    least: Callable[[Call], float | None] = lambda _call: None


@dataclass(frozen=True, slots=True)
class OfSlots:
    """
    A metric with one number a slot; `of` gets the slot's counted calls and answers None for unknown.

    `most` is the largest number there can be, where there is one: no interval goes beyond it. `counts` says that
    the number is how many of a slot's calls something holds for: "share" in percent, "number" as it is.
    """

    name: str
    label: str
    unit: str
    better: Better
    formula: str
    of: Callable[[Cell, Slot, Sequence[Call]], float | None]
    most: float | None = None
    counts: Literal["", "share", "number"] = ""


def _one(value: float | None) -> tuple[float, ...]:
    return () if value is None else (value,)


def _overhead(call: Call) -> int | None:
    """Nanoseconds between sent and done that the server had not planned; None where no call is seen by itself."""
    planned = service(call)
    return None if planned is None or call.error or call.together else call.done - call.sent - planned


def _least_overhead(call: Call) -> float | None:
    """What a failed call lost at least; nothing is known of it where the server had planned nothing."""
    if not call.failed or call.together:
        return None
    planned = service(call)
    return 0 if planned is None else call.done - call.sent - planned


def _least_e2e(call: Call) -> int | None:
    return call.done - call.start if call.failed and not call.together else None


def _least_ttft(call: Call) -> int | None:
    return call.done - call.start if call.failed and not call.chunks and not call.together else None


def _least_from_sent(call: Call) -> int | None:
    return None if call.due is None or not call.failed else call.done - call.sent


def _ttft_error(call: Call) -> int | None:
    """How much later than planned the first token was seen, in ns; None unless one request was streamed."""
    if call.ttft is None or len(call.served) != 1 or not call.served[0].planned:
        return None
    return call.ttft - call.served[0].planned[0]


def _good(calls: Sequence[Call]) -> list[Call]:
    return [call for call in calls if not call.error]


def _makespan(calls: Sequence[Call]) -> int | None:
    """From the first start to the last end, in ns; None without a call."""
    if not calls:
        return None
    return max(call.done for call in calls) - min(call.start for call in calls)


def span(cell: Cell, calls: Sequence[Call]) -> float | None:
    """
    Return the time that a slot's calls per second are divided by, in ns; None where there is none.

    In a closed loop that is from the first start to the last end of all calls, failed ones too: for so long the
    places were taken. An open loop has a rate that others set, so there it is the time in which so many calls are
    due, on average: calls per second are then the share of calls times the arrival rate, and one call that hangs
    changes nothing of the others'.
    """
    if not cell.arrivals:
        return _makespan(calls)
    dues = [call.start for call in calls]
    return (max(dues) - min(dues)) * len(dues) / (len(dues) - 1) if len(dues) > 1 else None


def _rate(count: float | None, cell: Cell, calls: Sequence[Call]) -> float | None:
    took = span(cell, calls)
    return None if count is None or not took else count / took * 1e9


def _throughput(cell: Cell, _slot: Slot, calls: Sequence[Call]) -> float | None:
    return _rate(len(_good(calls)), cell, calls)


def _tokens(cell: Cell, _slot: Slot, calls: Sequence[Call]) -> float | None:
    counts = [call.output_tokens for call in _good(calls)]
    present = [count for count in counts if count is not None]
    return _rate(sum(present), cell, calls) if present and len(present) == len(counts) else None


def _places(cell: Cell, calls: Sequence[Call]) -> int:
    """
    Return how many calls could be answered at once: as many as were asked for, or as were.

    What lets more calls in than it was asked to is held against what it did: no efficiency is above 100 %.
    """
    lives = [life for call in calls if (life := served(call)) is not None]
    return max(cell.concurrency, at_once(lives))


def _possible(cell: Cell, calls: Sequence[Call]) -> tuple[int, int] | None:
    """
    Return (measured, shortest possible) makespan of a slot.

    Unknown as soon as one call failed or is not in the journal: an ideal of a part is no ideal. And in an open
    loop, which takes as long as its plan whenever the service keeps up, and may have no places.
    """
    if cell.arrivals:
        return None
    took = _makespan(calls)
    durations = [service(call) for call in calls]
    present = [duration for duration in durations if duration is not None]
    if not took or len(present) < len(calls) or any(call.error for call in calls):
        return None
    return took, max(ideal_makespan(present, _places(cell, calls)), _arrivals(calls, present))


def _overlap(cell: Cell, _slot: Slot, calls: Sequence[Call]) -> float | None:
    """Unknown of an instant server: where nobody waits, no waits overlap."""
    times = _possible(cell, calls)
    return times[1] / times[0] * 100 if times and times[1] else None


def _excess(cell: Cell, _slot: Slot, calls: Sequence[Call]) -> float | None:
    times = _possible(cell, calls)
    return (times[0] - times[1]) / len(calls) if times else None


def _arrivals(calls: Sequence[Call], durations: Sequence[int]) -> int:
    """How long an open loop takes with any number of places: no call can end before it is due and was served."""
    ends = [call.due + took for call, took in zip(calls, durations, strict=True) if call.due is not None]
    return max(ends) - min(call.start for call in calls) if ends else 0


def _attempts(_cell: Cell, slot: Slot, calls: Sequence[Call]) -> float | None:
    if slot.untold:
        return None
    return None if slot.requests is None or not calls else sum(len(call.served) for call in calls) / len(calls)


def _owned(owner: str) -> Callable[[Cell, Slot, Sequence[Call]], float | None]:
    def mean(cell: Cell, slot: Slot, calls: Sequence[Call]) -> float | None:
        # Those that could be joined are the calls that were alone: they speak for no others.
        if slot.untold:
            return None
        waits = dispatch(calls, cell.concurrency, slot.started)
        divided = [shares(call, waits[call.index]) for call in calls]
        owned: list[int] = [getattr(each, owner) for each in divided if each is not None]
        return sum(owned) / len(owned) if owned else None

    return mean


def _part(part: str, statistic: str) -> Callable[[Cell, Slot, Sequence[Call]], float | None]:
    def of(_cell: Cell, slot: Slot, _calls: Sequence[Call]) -> float | None:
        measure = getattr(slot, part)
        value = None if measure is None else getattr(measure, statistic)
        return None if value is None else float(value)

    return of


CALLS: tuple[OfCalls, ...] = (
    OfCalls(
        "e2e",
        "E2E latency",
        "ns",
        "lower",
        "done - start; a failed call counts as slower than any other",
        lambda call: _one(call.e2e),
        least=_least_e2e,
    ),
    OfCalls(
        "ttft",
        "TTFT",
        "ns",
        "lower",
        "first token of any kind, reasoning included, - start; a call that failed before it counts as slower than "
        "any other",
        lambda call: _one(call.ttft),
        least=_least_ttft,
    ),
    OfCalls(
        "first_answer",
        "time to first answer token",
        "ns",
        "lower",
        "first token of the answer - start, of calls that were seen reasoning first; of others it is TTFT",
        lambda call: _one(call.first_answer),
    ),
    OfCalls(
        "ttft_error",
        "TTFT error",
        "ns",
        "lower",
        "TTFT - when the server had planned the first token",
        lambda call: _one(_ttft_error(call)),
    ),
    OfCalls(
        "itl",
        "ITL",
        "ns",
        "lower",
        "gaps between neighbouring output chunks, those of failed calls included",
        lambda call: call.itl or (),
    ),
    OfCalls(
        "tpot",
        "TPOT",
        "ns",
        "lower",
        "(last chunk - first chunk) / (tokens of the answer - 1), of calls with exactly one streamed request",
        lambda call: _one(call.tpot),
    ),
    OfCalls("lag", "schedule lag", "ns", "lower", "sent - due", lambda call: _one(call.lag)),
    OfCalls(
        "from_sent",
        "time from sent",
        "ns",
        "lower",
        "done - sent, in an open loop: what is seen where nobody counts the wait to be sent",
        lambda call: () if call.due is None or call.error else (call.done - call.sent,),
        least=_least_from_sent,
    ),
    OfCalls(
        "overhead",
        "overhead",
        "ns",
        "lower",
        "done - sent - what the server planned; a failed call counts as slower than any other",
        lambda call: _one(_overhead(call)),
        least=_least_overhead,
    ),
    OfCalls(
        "lateness",
        "server lateness",
        "ns",
        "lower",
        "last written - last planned, by the server's own journal",
        lambda call: [entry.lateness for entry in call.served if entry.lateness is not None],
    ),
)

SLOTS: tuple[OfSlots, ...] = (
    OfSlots(
        "makespan", "total time", "ns", "lower", "last done - first start", lambda _c, _s, calls: _makespan(calls)
    ),
    OfSlots(
        "throughput",
        "calls per second",
        "1/s",
        "higher",
        "completed calls / total time, its start and tail included, so one wave of calls is not what is "
        "sustained; in an open loop completed calls / calls * arrival rate",
        _throughput,
    ),
    OfSlots(
        "tokens",
        "tokens per second",
        "1/s",
        "higher",
        "output tokens of completed calls / the same time as calls per second",
        _tokens,
    ),
    OfSlots(
        "overlap",
        "overlap efficiency",
        "%",
        "higher",
        "shortest possible total time with as many calls at once as asked for (or as there were, if more) / total "
        "time; possible is what the server's schedule allows, with nothing that the application does of its own",
        _overlap,
        most=100,
    ),
    OfSlots(
        "overhead_per_call",
        "overhead per call",
        "ns",
        "lower",
        "(total time - shortest possible total time, as in overlap efficiency) / calls",
        _excess,
    ),
    OfSlots(
        "cpu",
        "CPU per call",
        "ns",
        "lower",
        "CPU time of the worker and its children / calls; from format 2 on without the heartbeat's",
        lambda _c, slot, calls: None if slot.cpu is None or not calls else slot.cpu / len(calls),
    ),
    OfSlots(
        "cpu_per_chunk",
        "CPU per chunk",
        "ns",
        "lower",
        "CPU time of the worker and its children / output chunks; from format 2 on without the heartbeat's",
        lambda _c, slot, calls: (
            slot.cpu / chunks
            if slot.cpu is not None and (chunks := sum(len(call.chunks) for call in calls))
            else None
        ),
    ),
    OfSlots(
        "cpu_share",
        "CPU share",
        "%",
        "neither",
        "CPU time of the worker and its children / wall time; of several workers, the mean; from format 2 on "
        "without the heartbeat's",
        lambda _c, slot, _calls: (
            slot.cpu / (slot.ended - slot.started) / (slot.processes or 1) * 100
            if slot.cpu is not None and slot.ended > slot.started
            else None
        ),
    ),
    OfSlots(
        "loop_lag.p50", "loop lag p50", "ns", "lower", "lateness of a 10 ms heartbeat, median", _part("lag", "p50")
    ),
    OfSlots(
        "loop_lag.p99",
        "loop lag p99",
        "ns",
        "lower",
        "lateness of a 10 ms heartbeat, p99 of 100 beats or more",
        _part("lag", "p99"),
    ),
    OfSlots(
        "loop_lag.max",
        "loop lag max",
        "ns",
        "lower",
        "lateness of a 10 ms heartbeat, largest",
        _part("lag", "max"),
    ),
    *(
        OfSlots(
            f"offered.{statistic}",
            f"offered late {statistic}",
            "ns",
            "lower",
            "offered to the strategy - due, in an open loop: the harness's own error",
            _part("offered", statistic),
        )
        for statistic in ("p50", "p99", "max")
    ),
    OfSlots(
        "queue.p50",
        "executor queue p50",
        "ns",
        "lower",
        "wait for a thread of the loop's default executor, median",
        _part("queue", "p50"),
    ),
    OfSlots(
        "pool.count",
        "waits for a connection",
        "",
        "lower",
        "how often a request had to wait for a place in its client's connection pool; one may wait several times",
        _part("pool", "count"),
    ),
    OfSlots(
        "pool.max",
        "wait for a connection max",
        "ns",
        "lower",
        "wait for a place in a client's connection pool, longest",
        _part("pool", "max"),
    ),
    OfSlots(
        "queue.max",
        "executor queue max",
        "ns",
        "lower",
        "wait for a thread of the loop's default executor, longest",
        _part("queue", "max"),
    ),
    OfSlots("gc.count", "collections", "", "neither", "garbage collections while measured", _part("gc", "count")),
    OfSlots(
        "gc.total", "GC pauses", "ns", "lower", "garbage collections while measured, in all", _part("gc", "total")
    ),
    OfSlots("gc.longest", "GC pause max", "ns", "lower", "longest garbage collection", _part("gc", "longest")),
    OfSlots(
        "opened",
        "connections opened while measured",
        "",
        "lower",
        "connections that measured calls used and no warm-up call had opened",
        lambda _c, slot, _calls: slot.opened,
    ),
    OfSlots(
        "chunks_per_call",
        "chunks per call",
        "",
        "neither",
        "output chunks / calls",
        lambda _c, _s, calls: chunks / len(calls) if (chunks := sum(len(call.chunks) for call in calls)) else None,
    ),
    OfSlots("requests_per_call", "requests per call", "", "lower", "requests the server saw / calls", _attempts),
    OfSlots(
        "peak",
        "peak in flight",
        "",
        "neither",
        "most requests in flight, seen by the server",
        lambda _c, s, _: s.peak,
    ),
    OfSlots(
        "connections",
        "connections opened",
        "",
        "lower",
        "connections the server accepted during the slot, warm-up included",
        lambda _c, slot, _calls: slot.connections,
    ),
    OfSlots(
        "errors",
        "failed calls",
        "",
        "lower",
        "calls that ended in an error",
        lambda _c, _s, calls: float(sum(1 for call in calls if call.failed)),
        counts="number",
    ),
    *(
        OfSlots(f"owned.{owner}", owner, "ns", "neither", f"mean per call of: {meaning}", _owned(owner))
        for owner, meaning in OWNERS.items()
    ),
)
