"""
When not to believe a cell: sentences with advice, from what its rounds say about themselves.

One function a doubt, from the facts to a sentence or None; the worst come first. A doubt that stood in every
run would soon be ignored, so each has a threshold, and its reason beside it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from overlap.harness.model.record import UNTRIED, Call, Cell
from overlap.harness.model.shares import OF_SEVERAL, OWNERS, service
from overlap.harness.stats.bootstrap import FEWEST_ROUNDS
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.peace import shared, stolen
from overlap.harness.stats.quantiles import FEWEST
from overlap.harness.stats.rounds import MeasuredRound, sound, without_request
from overlap.harness.stats.throughput import in_flight

# Above this the worker waits for its core rather than for the server.
SATURATED = 90.0
# A server that plans less than this share of a call answers at once: there is nothing but CPU to be measured.
WAITING = 0.01
# The share of the caller's calls that the server sees at once even through a busy thread pool.
SEEN = 0.75
# Below this the mock's own lateness is lost in the noise of most machines (2 to 4 % between rounds).
LATE = 0.05
# And a single answer that is late by less, in ns, is what any scheduler does to a process now and then.
STALL = 10_000_000
# A round in which the server was late for so many times the share of time that is usual in the others stands out.
STANDS_OUT = 3
# The share of a call that its own steps between requests take before they spoil what efficiency says.
OWN_WAITS = 0.05
# An interval this wide (either side, as a share) hides any difference worth talking about.
WIDE = 0.25
# A call that leaves as little as this after it was due, in ns, has not waited for anything.
LAG = 1_000_000
# How much dearer the first call may be: under a burst, calls of one slot differ by a factor of 2 or 3 anyway.
COLD = 5.0
# And the share of a call's latency by which it must be dearer.
COLD_MATTERS = 0.1


@dataclass(frozen=True, slots=True)
class CellFacts:
    """What the doubts look at: every round, the sound ones, the metrics of these, why other rounds are missing."""

    cell: Cell
    every: Sequence[MeasuredRound]
    good: Sequence[MeasuredRound]
    metrics: Mapping[str, Estimate]
    missing: Sequence[str] = ()

    def value(self, metric: str) -> float | None:
        """Return the metric's value; None if it is unknown."""
        estimate = self.metrics.get(metric)
        return None if estimate is None else estimate.value


def doubts(
    cell: Cell, rounds: Sequence[MeasuredRound], metrics: Mapping[str, Estimate], missing: Sequence[str] = ()
) -> tuple[str, ...]:
    """
    Return every reason to distrust *cell* as a sentence, the worst first; () if there is none.

    *missing* has a reason for each round that was requested and gave no result.
    """
    facts = CellFacts(cell, rounds, sound(rounds), metrics, missing)
    if not facts.good:
        return (_broken(facts) or "No round of this cell was run to its end, so there is nothing to report.",)
    return tuple(sentence for doubt in DOUBTS if (sentence := doubt(facts)))


def _broken(facts: CellFacts) -> str | None:
    missing = [reason for reason in facts.missing if reason != UNTRIED]
    reasons = [each.slot.error for each in facts.every if each.slot.error] + missing
    if not reasons:
        return None
    rounds, first = len(facts.every) + len(facts.missing), reasons[0].rstrip(".")
    left = "is" if len(reasons) == 1 else "are"
    untried = len(facts.missing) - len(missing)
    more = f" {untried} {'was' if untried == 1 else 'were'} not tried after that." if untried else ""
    return f"{len(reasons)} of {rounds} rounds {left} left out; the first because: {first}.{more}"


def _books(facts: CellFacts) -> str | None:
    calls = sum(each.slot.made for each in facts.good)
    recorded = sum(len(each.calls) for each in facts.good)
    if calls == recorded:
        return None
    return f"{calls} calls were made but {recorded} are on record; the file may be damaged, so measure again."


def _dropped(facts: CellFacts) -> str | None:
    lost = sum(each.slot.dropped or 0 for each in facts.good)
    if not lost:
        return None
    return (
        f"The server's journal was full and lost {lost} entries, so who owned the time is known of the others "
        "only; make fewer calls a slot."
    )


def _errors(facts: CellFacts) -> str | None:
    failed = sum(1 for each in facts.good for call in each.calls if call.failed)
    calls = sum(len(each.calls) for each in facts.good)
    if not failed:
        return None
    return (
        f"{failed} of {calls} calls failed. In percentiles of E2E latency they count as slower than any call that "
        "was answered; TTFT and the gaps of a stream are known of those that had begun to answer; calls per "
        "second are answered calls over the time of all. Look there first."
    )


def _untold(facts: CellFacts) -> str | None:
    lost = sum(each.slot.untold or 0 for each in facts.good)
    if not lost:
        return None
    calls = sum(len(each.calls) + len(each.warmup) for each in facts.good)
    if all(each.slot.by_time is None for each in facts.good):
        # Users of a load run: of theirs nothing is joined by time.
        untagged = any(each.slot.untagged for each in facts.good)
        why = "requests carried no tag of a call" if untagged else "what the server knew of them was lost"
        return (
            f"{lost} of {calls} calls, warm-up included, could not be joined with their requests: {why}, so who "
            "owned the time is left out."
        )
    return (
        f"{lost} of {calls} calls, warm-up included, could not be joined with their requests: several were in "
        f"flight, and {_untagged(facts)}, so who owned the time is left out. Strategies with one call at a time "
        "can be joined; all can where every prompt of the application keeps the input's words [call …]."
    )


def _untagged(facts: CellFacts) -> str:
    """Count the requests that carried no tag; a run of format 1 does not say how many did not."""
    requests = sum(each.slot.requests or 0 for each in facts.good)
    untagged = [each.slot.untagged for each in facts.good if each.slot.untagged is not None]
    if len(untagged) < len(facts.good):
        return "some requests carried no tag of theirs"
    return f"{sum(untagged)} of {requests} requests carried no tag of theirs"


def _by_time(facts: CellFacts) -> str | None:
    joined = sum(each.slot.by_time or 0 for each in facts.good)
    if not joined or _untold(facts):
        return None
    requests = sum(each.slot.requests or 0 for each in facts.good)
    return (
        f"{joined} of {requests} requests did not carry the tag of the call in flight and were joined with it by "
        "time: the latency of such a request does not belong to its call, so calls are not paired between cells."
    )


def _no_request(facts: CellFacts) -> str | None:
    without = without_request(facts.good)
    if not without:
        return None
    calls = sum(1 for each in facts.good for call in each.calls if not call.error)
    return (
        f"{without} of {calls} calls made no request at all: a cache in the application answered them, or another "
        "server did. How fast they were says nothing about the way they were made."
    )


def _left_behind(facts: CellFacts) -> str | None:
    remains = []
    for what in ("thread", "task"):
        counts = [getattr(each.slot, f"{what}s") or 0 for each in facts.good]
        # What a library starts once a process is there in one round and not in the next.
        if median(counts) > 0:
            remains.append(f"{max(counts)} {what}{'s' if max(counts) > 1 else ''}")
    if not remains:
        return None
    return (
        f"The application left {' and '.join(remains)} behind when it was closed: they run on beside what is "
        "measured next. Give it an `aclose` that ends them."
    )


def _few_rounds(facts: CellFacts) -> str | None:
    if len(facts.good) >= FEWEST_ROUNDS:
        return None
    few = "One round is" if len(facts.good) == 1 else f"{len(facts.good)} rounds are"
    return f"{few} too few to say how far off these numbers may be; try --rounds 5."


def _few_calls(facts: CellFacts) -> str | None:
    answered = sum(1 for each in facts.good for call in each.calls if not call.error)
    if answered >= FEWEST:
        return None
    return f"{answered} answered calls are too few even for a median; ask for more calls or more rounds."


def _saturated(facts: CellFacts) -> str | None:
    share, planned, e2e = (facts.value(name) for name in ("cpu_share", "owned.planned", "e2e.p50"))
    if share is None or share < SATURATED or (planned is not None and e2e and planned < WAITING * e2e):
        return None
    return (
        f"Client-saturated: the worker used {share:.0f} % of a core, so calls waited for CPU, not for the server; "
        "latencies are those of a full queue. Try fewer calls in flight."
    )


def _own_waits(facts: CellFacts) -> str | None:
    parts = [facts.value(f"owned.{owner}") for owner in OWNERS if owner != "dispatch"]
    own = sum(facts.value(f"owned.{owner}") or 0.0 for owner in OF_SEVERAL)
    whole = sum(part or 0.0 for part in parts)
    if "overlap" not in facts.metrics or not whole or own < OWN_WAITS * whole:
        return None
    return (
        f"Between its requests a call spent {own / 1e6:.2f} ms, {own / whole * 100:.0f} % of its time, in steps, "
        "tools or pauses of its own. Overlap efficiency and overhead count only what the server planned as "
        "needed, so what is missing to 100 % is not all waste, and no strategy may be able to save it."
    )


def _late(facts: CellFacts) -> str | None:
    late = facts.value("owned.late")
    parts = [facts.value(f"owned.{owner}") for owner in OWNERS if owner != "dispatch"]
    spans = [part for part in parts if part is not None]
    if late is None or len(spans) < len(parts) or late < LATE * sum(spans):
        return None
    # A single round that stands out makes the mean of all look bad; the advice below would be of no use then.
    if _late_once(facts) and median(_waits(each)[0] for each in facts.good) < LATE:
        return None
    return (
        f"The server was late itself: {late / 1e6:.2f} ms a call, {late / sum(spans) * 100:.0f} % of E2E, is the "
        "mock's error and not the client's. Give it a core of its own, or keep fewer calls in flight."
    )


def _late_once(facts: CellFacts) -> str | None:
    """Return a sentence on the round in which the server was late; None if no round stands out."""
    rounds = [(*_waits(each), each.slot.round + 1) for each in facts.good]
    share, longest, number = max(rounds)
    usual = median(share for share, *_ in rounds)
    if share < max(LATE, STANDS_OUT * usual) or longest < STALL:
        return None
    return (
        f"The server was late itself in round {number}: it read requests or wrote answers up to "
        f"{longest / 1e6:,.0f} ms late, {share * 100:.0f} % of the time that the round's calls took. It was "
        "stopped, or had no core to run on; measure again."
    )


def _waits(each: MeasuredRound) -> tuple[float, int]:
    """Return the share of a round's time that its calls waited for a late server, and the longest wait (ns)."""
    joined = [(call, call.served) for call in each.calls if call.served]
    sends = [served[0].received - call.sent for call, served in joined]
    usual, awake = median(sends or [0]), each.slot.lag.max if each.slot.lag else None
    waits = []
    for (_, served), send in zip(joined, sends, strict=True):
        late = max(entry.lateness or 0 for entry in served)
        # A request waits for the sender's loop, too. One that the server left unread takes far longer than others,
        # while the sender's own loop was never held up for as long.
        unread = send if awake is not None and send > max(STALL, 10 * usual, 2 * awake) else 0
        waits.append(late + unread)
    total = sum(call.done - call.sent for call in each.calls)
    return sum(waits) / total if total else 0.0, max(waits, default=0)


def _stolen(facts: CellFacts) -> str | None:
    return stolen(each.slot for each in facts.good)


def _shared(facts: CellFacts) -> str | None:
    return shared(each.slot for each in facts.good)


def _noisy(facts: CellFacts) -> str | None:
    # Each round draws its own latencies, which sets rounds apart as well. Overlap efficiency is held against them.
    name = "overlap" if "overlap" in facts.metrics else "throughput"
    speed = facts.metrics.get(name)
    if speed is None or speed.low is None or speed.high is None:
        return None
    off = max(speed.high / speed.value - 1, 1 - speed.low / speed.value) if speed.value else 0
    if off < WIDE:
        return None
    what, unit = ("overlap efficiency", "%") if name == "overlap" else ("throughput", "calls a second")
    return (
        f"The rounds disagree: {what} may be as low as {_digits(speed.low)} and as high as {_digits(speed.high)} "
        f"{unit}. Try more rounds, or a quieter machine."
    )


def _digits(value: float) -> str:
    """
    Write *value* with three digits, never as a power of ten.

    >>> _digits(3864.2), _digits(999.7), _digits(39.71), _digits(0.25)
    ('3,864', '1,000', '39.7', '0.25')
    """
    return f"{value:,.0f}" if value >= 999.5 else f"{value:.3g}"


def _cold(facts: CellFacts) -> str | None:
    ratios = [ratio for each in facts.good if (ratio := _first_over_others(each.calls)) is not None]
    if len(ratios) * 2 < len(facts.good) or not ratios or median(ratios) < COLD:
        return None
    warm = max(len(each.warmup) for each in facts.good)
    return (
        f"The first call of a round cost {median(ratios):.0f} times the median of the others, although {warm} "
        "warm-up calls came before it: something is only set up then. The highest percentiles contain it."
    )


def _first_over_others(calls: Sequence[Call]) -> float | None:
    """
    Return the cost of the first call sent, as a multiple of the others' median.

    None with fewer than five others, where the difference would be lost in the calls' latency anyway, and where
    calls are handed over in one go, so that none of them is first.
    """
    if any(call.together for call in calls):
        return None
    answered = sorted((call for call in calls if not call.error), key=lambda call: call.sent)
    if len(answered) <= FEWEST:
        return None
    first, *others = map(_cost, answered)
    usual = median(others)
    lost = first - usual < COLD_MATTERS * median(call.done - call.sent for call in answered)
    return None if lost or usual <= 0 else first / usual


def _cost(call: Call) -> int:
    """Return what the client added to *call*, in ns; the whole latency if the server keeps no journal."""
    return call.done - call.sent - (service(call) or 0)


def _held_back(facts: CellFacts) -> str | None:
    concurrency, peaks = (
        facts.cell.concurrency,
        [each.slot.peak for each in facts.good if each.slot.peak is not None],
    )
    # Calls that the server answers at once, as with an error, are never seen side by side there.
    calls = [call for each in facts.good for call in each.calls]
    waited = sum(1 for call in calls if service(call)) * 2 > len(calls)
    if not peaks or (facts.value("cpu_share") or 0) >= SATURATED or not waited:
        return None
    # What the caller had in flight: a strategy that makes one call at a time is not held back at one.
    tried = min(concurrency, max(in_flight(each.calls) for each in facts.good))
    if max(peaks) >= SEEN * tried:
        return None
    if any(call.together for call in calls):
        # When such a call began is unknown: calls that the server did not see may have been over, or not begun.
        return (
            f"Held back, or fast: of the calls handed over in one go {tried} could run at once, but the server "
            f"never saw more than {max(peaks)}. Either something between them holds calls back, such as threads "
            "of the executor, a connection limit, or the pause before a retry, or the first calls ended before "
            "the last were sent."
        )
    return (
        f"Held back: {tried} calls were in flight for the caller, but the server never saw more than "
        f"{max(peaks)}. Something between them holds calls back, such as threads of the executor, a connection "
        "limit, or the pause before a retry."
    )


def _over(facts: CellFacts) -> str | None:
    peaks = [each.slot.peak for each in facts.good if each.slot.peak is not None]
    # A call of several requests may have them all in flight.
    most = facts.cell.concurrency * max(1, -(-(facts.value("requests_per_call") or 1) // 1))
    # An open loop has as many in flight as are due, and some strategies have no limit there.
    if facts.cell.arrivals or not peaks or max(peaks) <= most:
        return None
    return (
        f"The server saw {max(peaks)} requests in flight where {facts.cell.concurrency} were asked for: a limit "
        "does not hold, or cancelled calls were still running."
    )


def _behind(facts: CellFacts) -> str | None:
    lag, e2e = facts.value("lag.p50"), facts.value("e2e.p50")
    if lag is None or not e2e or lag < max(0.1 * e2e, LAG):
        return None
    return (
        f"Half of the calls left {lag / 1e6:.1f} ms or more after they were due: no place was free for them, or "
        "the client cannot keep up with this arrival rate. Ask for a lower rate, or more places."
    )


DOUBTS: tuple[Callable[[CellFacts], str | None], ...] = (
    _broken,
    _books,
    _dropped,
    _errors,
    _untold,
    _by_time,
    _no_request,
    _left_behind,
    _few_rounds,
    _few_calls,
    _saturated,
    _late_once,
    _late,
    _own_waits,
    _stolen,
    _shared,
    _held_back,
    _over,
    _behind,
    _noisy,
    _cold,
)
