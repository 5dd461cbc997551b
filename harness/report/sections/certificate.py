"""What can this run resolve on this machine, and what can it not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from overlap.harness.report.figures import UNKNOWN, column, number, spell_out
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.floor import CalibratedFloor, floors
from overlap.harness.store.run_about import IdleLoop, TimerLag

ORDER = 102
HEADS = {
    "ttft_error.p50": ("TTFT error p50", "TTFT - when the server had planned the first token"),
    "overhead.p50": ("overhead p50", "done - sent - what the server planned"),
    "lateness.p50": ("server lateness p50", "last written - last planned"),
    "overlap": ("throughput, share of ideal", "ideal total time / measured"),
    "cpu_share": ("CPU share", "process CPU time of the worker / wall time"),
}
_UNKNOWN = TimerLag()
TIMERS: Mapping[str, Callable[[IdleLoop], float | None]] = {
    "clock step": lambda idle: idle.clock_step,
    "reading the clock": lambda idle: idle.clock_read,
    "1 ms sleep, late p50": lambda idle: (idle.sleep or _UNKNOWN).p50,
    "1 ms sleep, late p99": lambda idle: (idle.sleep or _UNKNOWN).p99,
    "heartbeat, late p50": lambda idle: (idle.lag or _UNKNOWN).p50,
    "heartbeat, late p99": lambda idle: (idle.lag or _UNKNOWN).p99,
    "heartbeat, late max": lambda idle: (idle.lag or _UNKNOWN).max,
}


def section(summary: Summary) -> Section | None:
    """Return what the calibration before the scenarios found; None where there was none."""
    calibration = summary.run.about.calibration
    if calibration is None:
        return None
    if calibration.fault:
        return Section(
            "Calibration certificate", f"The calibration could not be measured: {calibration.fault.rstrip('.')}."
        )
    calibrated = floors(summary.run.about)
    if not calibrated:
        return None
    note = (
        "The floor is a client of raw sockets and nothing else, against a schedule known to the nanosecond. What "
        "it adds is the machine's, the loop's and this harness's; what a cell adds beyond it is the cell's. A "
        "cell below it, or a difference below what two of its rounds differ by, comes with a doubt."
    )
    parts = (_idle(calibration.timers),) if calibration.timers else ()
    return Section(
        "Calibration certificate", _lead(calibrated), _table(calibrated), note=note, parts=parts, glance="lead"
    )


def _lead(calibrated: Sequence[CalibratedFloor]) -> str:
    most = max(each.concurrency for each in calibrated)
    clauses = [_said(each) for each in calibrated if each.concurrency == most]
    figures = "; ".join(clauses)
    return f"At {most} calls at once a bare socket is {figures}; less than that says nothing about a client."


def _said(floor: CalibratedFloor) -> str:
    named = (
        ("ttft_error.p50", "{} late with its first token"),
        ("overhead.p50", "{} over the plan in the end"),
        ("overlap", "at {} of the ideal throughput"),
    )
    bare = {name: replace(estimate, low=None, high=None) for name, estimate in floor.figures.items()}
    facts = [words.format(spell_out(bare[name])) for name, words in named if name in bare]
    return f"on {floor.loop} {', '.join(facts)}"


def _table(calibrated: Sequence[CalibratedFloor]) -> Table:
    heads = [TableColumn("loop"), TableColumn("concurrency", numeric=True), TableColumn("calls", numeric=True)]
    entries: list[tuple[Datum, ...]] = [
        tuple(Datum(each.loop, sort=each.loop) for each in calibrated),
        tuple(Datum(str(each.concurrency), sort=each.concurrency) for each in calibrated),
        tuple(Datum(f"{each.calls:,}", sort=each.calls) for each in calibrated),
    ]
    for name, (words, hint) in HEADS.items():
        estimates = [each.figures.get(name) for each in calibrated]
        if any(estimate is not None for estimate in estimates):
            head, body = column(words, estimates, hint)
            heads.append(head)
            entries.append(body)
    spreads = [None if each.spread is None else _bare(each.spread, each.calls) for each in calibrated]
    head, body = column("tells loops apart from", spreads, "largest - smallest overhead of a round")
    return Table((*heads, head), tuple(zip(*entries, body, strict=True)))


def _bare(value: float, count: int) -> Estimate:
    return Estimate(value, None, None, count, 1, "ns")


def _idle(timers: Sequence[IdleLoop]) -> Section:
    """Report on the clock, and on each loop while it was idle."""
    columns = (TableColumn("loop"), *(TableColumn(words, "µs", numeric=True) for words in TIMERS))
    rows = tuple(
        (
            Datum(str(each.loop), sort=str(each.loop)),
            *(_datum(of(each), 1e3) for of in TIMERS.values()),
        )
        for each in timers
    )
    late = [each.lag.max for each in timers if each.lag and each.lag.max is not None]
    worst = f"at most {number(max(late) / 1e6)} ms" if late else "an unknown time"
    lead = f"An idle loop ran the timer of a heartbeat {worst} late."
    histograms = {str(each.loop): _classes(each.histogram or ()) for each in timers}
    histogram_by_loop = {loop: counts for loop, counts in histograms.items() if sum(counts.values())}
    parts = (_histogram(histogram_by_loop),) if histogram_by_loop else ()
    return Section("Timers and the idle loop", lead, Table(columns, rows), parts=parts)


def _classes(histogram: Sequence[tuple[int | None, int]]) -> dict[str, int]:
    """Name each class of a histogram and count it."""
    shares, low = {}, 0.0
    for end, number_of in histogram:
        high = None if end is None else end / 1e6
        shares[f"over {low:g} ms" if high is None else f"{low:g} to {high:g} ms"] = number_of
        low = high or low
    return shares


def _histogram(histograms: Mapping[str, Mapping[str, int]]) -> Section:
    names = list(dict.fromkeys(name for counts in histograms.values() for name in counts))
    columns = (
        TableColumn("loop"),
        *(TableColumn(name, "%", "share of the heartbeats", numeric=True) for name in names),
    )
    rows = tuple(
        (
            Datum(loop, sort=loop),
            *(_datum(counts.get(name, 0) * 100, sum(counts.values())) for name in names),
        )
        for loop, counts in histograms.items()
    )
    usual = "; ".join(
        f"on {loop} by {max(counts, key=lambda name: counts[name])}" for loop, counts in histograms.items()
    )
    return Section("Lag of the idle loop", f"Most heartbeats were late {usual}.", Table(columns, rows))


def _datum(value: float | None, by: float) -> Datum:
    return Datum(UNKNOWN) if value is None else Datum(number(value / by), sort=value / by)
