"""How does throughput grow with the concurrency, by strategy."""

from harness.report.charts.lines import Line, Lines
from harness.report.figures import listed, told
from harness.report.matrix import say, scenarios, varied
from harness.report.section import Section
from harness.report.tables import pivot
from harness.stats.summary import CellSummary, Summary

ORDER = 30
# Growth short of this share of the concurrency's own counts as a bend; a fifth is beyond noise and ramp.
STRAIGHT = 0.8
# Lines closer than this would be drawn on top of each other.
ALIKE = 1.04


def section(summary: Summary) -> Section | None:
    """Answer one part a scenario that was run at several concurrencies."""
    parts = [part for name, cells in scenarios(summary.cells) if (part := _part(name, cells))]
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    best = max(
        (each for each in summary.cells if "throughput" in each.metrics),
        key=lambda each: each.metrics["throughput"].value,
    )
    lead = f"The most that was reached is {told(best.metrics['throughput'])}, by {best.cell.id}."
    return Section("Throughput against concurrency", lead, parts=tuple(parts))


def _part(name: str, cells: list[CellSummary]) -> Section | None:
    known = [each for each in cells if "throughput" in each.metrics]
    fields = [field for field in varied(cells) if field != "concurrency"] or ["strategy"]
    series: dict[str, list[CellSummary]] = {}
    for each in sorted(known, key=lambda each: each.cell.concurrency):
        series.setdefault(say(each.cell, fields), []).append(each)
    series = {label: row for label, row in series.items() if len(row) > 1}
    if not series:
        return None
    chart = Lines(
        f"throughput-{name}",
        f"Throughput against concurrency, {name} (completed calls per second, both axes logarithmic)",
        tuple(
            Line(tuple(labels), tuple(_point(each) for each in series[labels[0]])) for labels in _together(series)
        ),
        "concurrency",
        "calls/s",
    )
    table = pivot([each for row in series.values() for each in row], "throughput")
    return Section(f"Throughput against concurrency: {name}", _lead(series), table, (chart,))


def _together(series: dict[str, list[CellSummary]]) -> list[list[str]]:
    """Put series under one line that are nowhere further than `ALIKE` from the first of them."""
    groups: list[list[str]] = []
    for label, row in series.items():
        for group in groups:
            if _alike(row, series[group[0]]):
                group.append(label)
                break
        else:
            groups.append([label])
    return groups


def _alike(row: list[CellSummary], other: list[CellSummary]) -> bool:
    if [each.cell.concurrency for each in row] != [each.cell.concurrency for each in other]:
        return False
    ratios = (
        one.metrics["throughput"].value / two.metrics["throughput"].value
        for one, two in zip(row, other, strict=True)
    )
    return all(1 / ALIKE < ratio < ALIKE for ratio in ratios)


def _point(each: CellSummary) -> tuple[float, float, float | None, float | None]:
    estimate = each.metrics["throughput"]
    return each.cell.concurrency, estimate.value, estimate.low, estimate.high


def _lead(series: dict[str, list[CellSummary]]) -> str:
    growing = [label for label, row in series.items() if _gain(row) >= STRAIGHT]
    flat = [label for label, row in series.items() if _gain(row) * _widening(row) < 1 / STRAIGHT]
    label, best = max(series.items(), key=lambda item: item[1][-1].metrics["throughput"].value)
    peak = f"{label} completed most: {told(best[-1].metrics['throughput'])} at {best[-1].cell.concurrency}"
    words = [peak]
    if growing:
        words.append(f"{listed(growing)} grew in proportion to the concurrency (at least {STRAIGHT:.0%} of it)")
    if flat:
        words.append(f"{listed(flat)} did not grow")
    return "; ".join(words) + "."


def _widening(row: list[CellSummary]) -> float:
    return row[-1].cell.concurrency / row[0].cell.concurrency


def _gain(row: list[CellSummary]) -> float:
    """The growth of throughput as a share of the growth of concurrency."""
    growth = row[-1].metrics["throughput"].value / row[0].metrics["throughput"].value
    return growth / _widening(row)
