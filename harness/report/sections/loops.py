"""What does another event loop change, all else being equal."""

from harness.report.charts.forest import Forest, Ratio
from harness.report.figures import Scale, count, datum, interval, number
from harness.report.matrix import Pair, pairs
from harness.report.section import Column, Datum, Section, Table
from harness.report.words import label
from harness.stats.cells import Summary
from harness.stats.compare import ratio
from harness.stats.estimate import Estimate, differs

ORDER = 70
METRICS = ("makespan", "cpu", "e2e.p50")
# What every Python has is what others are measured against.
BASE = "asyncio"


def section(summary: Summary) -> Section | None:
    """Answer a forest plot for each metric and pair of loops that ran on otherwise equal cells."""
    rows = [
        (other, metric, pair, estimate)
        for pair in pairs(summary.cells, "loop")
        for other in pair.cells
        if BASE in pair.cells and other != BASE
        for metric in METRICS
        if (estimate := ratio(summary.run, pair.cells[other].cell, pair.cells[BASE].cell, metric))
    ]
    if not rows:
        return None
    charts = tuple(
        _chart(other, metric, [(pair, estimate) for o, m, pair, estimate in rows if (o, m) == (other, metric)])
        for other, metric in dict.fromkeys((other, metric) for other, metric, _, _ in rows)
    )
    note = (
        "Ratios are paired by round: both loops got the same latencies. Filled dots: a difference, that is the "
        "interval excludes 1 and the ratio is off by more than 3 %. Hollow: none shown."
    )
    others = "/".join(dict.fromkeys(other for other, *_ in rows))
    return Section(f"{others} ÷ {BASE}", _lead(rows), _table(rows), charts, note)


Row = tuple[str, str, Pair, Estimate]


def _lead(rows: list[Row]) -> str:
    said: list[str] = []
    for other, metric in dict.fromkeys((other, metric) for other, metric, _, _ in rows):
        own = [(pair, estimate) for o, m, pair, estimate in rows if (o, m) == (other, metric)]
        real = [(pair, estimate) for pair, estimate in own if differs(estimate)]
        name = label(metric)
        if not real:
            said.append(f"no difference shown in {name} ({count(len(own), 'pair')})")
            continue
        pair, far = max(real, key=lambda row: max(row[1].value, 1 / row[1].value))
        said.append(
            f"{name} {number(far.value)} times {BASE}'s ({interval(far.low, far.high)}) at most, with "
            f"{pair.scenario} · {pair.label}, and different in {len(real)} of {count(len(own), 'pair')}"
        )
    return f"{rows[0][0]}: {'; '.join(said)}."


def _chart(other: str, metric: str, own: list[tuple[Pair, Estimate]]) -> Forest:
    several = len({pair.scenario for pair, _ in own}) > 1
    return Forest(
        f"loops-{other}-{metric.replace('.', '-')}",
        f"{label(metric)}: {other} ÷ {BASE}, with 95 % intervals",
        tuple(
            Ratio(f"{pair.scenario} · {pair.label}" if several else pair.label, e.value, e.low, e.high, differs(e))
            for pair, e in own
        ),
        f"{other} lower",
        f"{other} higher",
    )


def _table(rows: list[Row]) -> Table:
    columns = (
        Column("scenario"),
        Column("cells"),
        Column("metric"),
        Column("ratio", hint="median over rounds of this loop's figure / asyncio's", numeric=True),
        Column("rounds", numeric=True),
        Column("verdict", hint="a difference excludes 1 and is larger than 3 %"),
    )
    body = tuple(
        (
            Datum(pair.scenario, sort=pair.scenario),
            Datum(pair.label, sort=pair.label),
            Datum(label(metric), sort=metric),
            datum(estimate, Scale(1, "")),
            Datum(str(estimate.rounds), sort=estimate.rounds),
            Datum(_verdict(estimate)),
        )
        for _, metric, pair, estimate in rows
    )
    return Table(columns, body)


def _verdict(estimate: Estimate) -> str:
    if not differs(estimate):
        return "no difference shown"
    return "lower" if estimate.value < 1 else "higher"
