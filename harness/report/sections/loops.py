"""What does another event loop change, all else being equal."""

from math import isinf

from overlap.harness.report.charts.forest import Forest, Ratio
from overlap.harness.report.figures import Scale, count, datum, interval, number
from overlap.harness.report.labels import label
from overlap.harness.report.matrix import Contrast, pairs
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.ranking import differs, possible, verdict
from overlap.harness.stats.standing import ratios

ORDER = 70
METRICS = ("makespan", "cpu", "e2e.p50")
# What every Python has is what others are measured against.
BASE = "asyncio"


def section(summary: Summary) -> Section | None:
    """Return a forest plot for each metric and pair of loops that ran on otherwise equal cells."""
    contrasts = pairs(summary.cells, "loop")
    wanted = {
        (other, metric, place): (pair.cells[other].cell, pair.cells[BASE].cell, metric)
        for place, pair in enumerate(contrasts)
        for other in pair.cells
        # A call that fails is soon done, and cheap: no loop is better by that.
        if BASE in pair.cells and other != BASE and not (pair.cells[other].errors or pair.cells[BASE].errors)
        for metric in METRICS
    }
    estimates = ratios(summary.run, wanted, alike=lambda key: key[:2])
    rows = [(other, metric, contrasts[place], estimate) for (other, metric, place), estimate in estimates.items()]
    if not rows:
        return None
    charts = tuple(
        _chart(other, metric, [(pair, estimate) for o, m, pair, estimate in rows if (o, m) == (other, metric)])
        for other, metric in dict.fromkeys((other, metric) for other, metric, _, _ in rows)
    )
    note = (
        f"Ratios are paired by round: both loops got the same latencies. The 95 % intervals hold for all "
        f"{count(len(rows), 'ratio')} at once. Filled dots: a difference, that is the interval excludes 1 and the "
        "ratio is off by more than 3 %. Hollow: none shown."
    )
    others = "/".join(dict.fromkeys(other for other, *_ in rows))
    return Section(f"{others} ÷ {BASE}", _lead(rows), _table(rows), charts, note)


Row = tuple[str, str, Contrast, Estimate]


def _lead(rows: list[Row]) -> str:
    sentences: list[str] = []
    for other, metric in dict.fromkeys((other, metric) for other, metric, _, _ in rows):
        own = [(pair, estimate) for o, m, pair, estimate in rows if (o, m) == (other, metric)]
        real = [(pair, estimate) for pair, estimate in own if differs(estimate)]
        name = label(metric)
        if not real:
            most = max(possible(estimate) for _, estimate in own)
            sentences.append(f"no difference shown in {name} ({count(len(own), 'pair')}{_up_to(most)})")
            continue
        pair, far = max(real, key=lambda row: max(row[1].value, 1 / row[1].value))
        sentences.append(
            f"{name} differs in {len(real)} of {count(len(own), 'pair')}, most with {pair.scenario} · "
            f"{pair.label}: {number(far.value)} times {BASE}'s ({interval(far.low, far.high)})"
        )
    return f"{rows[0][0]}: {'; '.join(sentences)}."


def _up_to(share: float) -> str:
    return "" if isinf(share) else f", up to {number(share * 100)} % possible"


def _chart(other: str, metric: str, own: list[tuple[Contrast, Estimate]]) -> Forest:
    several = len({pair.scenario for pair, _ in own}) > 1
    return Forest(
        f"loops-{other}-{metric.replace('.', '-')}",
        f"{label(metric)}: {other} ÷ {BASE}, with 95 % intervals",
        tuple(
            Ratio(
                f"{pair.scenario} · {pair.label}" if several else pair.label,
                e.value,
                e.low,
                e.high,
                differs(e),
            )
            for pair, e in own
        ),
        f"{other} lower",
        f"{other} higher",
    )


def _table(rows: list[Row]) -> Table:
    columns = (
        TableColumn("scenario"),
        TableColumn("cells"),
        TableColumn("metric"),
        TableColumn("ratio", hint="geometric mean over rounds of this loop's figure / asyncio's", numeric=True),
        TableColumn("rounds", numeric=True),
        TableColumn(
            "verdict", hint="a difference: the interval excludes 1, and the ratio is off by more than 3 %"
        ),
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
    result = verdict(estimate)
    return {"open": "no difference shown", "equal": "less than 3 % apart"}.get(result, result)
