"""Why were the slowest calls slow."""

from collections.abc import Sequence
from heapq import nlargest

from overlap.harness.model.record import Call
from overlap.harness.model.shares import OF_SEVERAL, OWNERS
from overlap.harness.model.spans import Span
from overlap.harness.report.charts.waterfall import Fall, Waterfall
from overlap.harness.report.figures import Scale, number, scale
from overlap.harness.report.matrix import scenarios, slug
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.report.timeline import timeline
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.rounds import rounds_of, sound

ORDER = 65
# Calls a chart; enough to see a pattern, few enough to read each.
SHOWN = 10


def section(summary: Summary) -> Section | None:
    """Return one part a scenario: its cell whose slowest calls lost most beyond the server's plan."""
    calls = {
        name: [(call, spans) for each in sound(rounds) for call in _slow(each.calls) if (spans := timeline(call))]
        for name, rounds in rounds_of(summary.run).items()
    }
    worst = [
        max(own, key=lambda each: _lost(calls[each.cell.id]))
        for _, cells in scenarios(summary.cells)
        if (own := [each for each in cells if calls.get(each.cell.id)])
    ]
    parts = tuple(_part(each, calls[each.cell.id]) for each in worst)
    if not parts:
        return None
    lead = max(zip(worst, parts, strict=True), key=lambda each: _lost(calls[each[0].cell.id]))[1].lead
    note = (
        "Of each scenario the cell whose slowest calls lost most beyond the server's plan. A call begins when it "
        "was due (open loop) or sent (closed loop). Strokes below a bar are chunks arriving. Calls that failed "
        "are left out, and those that are handed over in one go, as by batch, since they cannot be divided."
    )
    if len(parts) == 1:
        return Section("The slowest calls", lead, parts[0].table, parts[0].charts, note)
    return Section("The slowest calls", lead, parts=parts, note=note)


Timed = tuple[Call, tuple[Span, ...]]


def _slow(calls: Sequence[Call]) -> list[Call]:
    return nlargest(SHOWN, (call for call in calls if call.e2e), key=lambda call: call.e2e or 0)


def _slowest(timed: list[Timed]) -> list[Timed]:
    """Return the slowest, each call once, in its slowest round: the same schedule ten times says little."""
    once: dict[int, Timed] = {}
    for each in sorted(timed, key=lambda each: each[0].e2e or 0):
        once[each[0].index] = each
    return sorted(once.values(), key=lambda each: -(each[0].e2e or 0))[:SHOWN]


def _of(owner: str, spans: tuple[Span, ...]) -> int:
    return sum(span.end - span.begin for span in spans if span.owner == owner)


def _lost(timed: list[Timed]) -> float:
    """Return the mean time beyond the plan of the slowest calls, in ns."""
    slowest = _slowest(timed)
    return sum((call.e2e or 0) - _of("planned", spans) for call, spans in slowest) / len(slowest)


def _part(each: CellSummary, timed: list[Timed]) -> Section:
    slowest = _slowest(timed)
    by = scale("ns", (call.e2e for call, _ in slowest))
    chart = Waterfall(
        f"slowest-{slug(each.cell.id)}",
        f"The slowest calls of {each.cell.id} ({by.unit})",
        tuple(_fall(call, spans, by) for call, spans in slowest),
        _owners(slowest),
        by.unit,
    )
    return Section(f"Slowest calls: {each.cell.id}", _lead(each, slowest), _table(slowest, by), (chart,))


def _owners(slowest: list[Timed]) -> tuple[str, ...]:
    """Return the owners to show: those that only calls of several requests have, where they have something."""
    return tuple(
        owner for owner in OWNERS if owner not in OF_SEVERAL or any(_of(owner, spans) for _, spans in slowest)
    )


def _label(call: Call) -> str:
    return f"call {call.index + 1}, round {call.round + 1}"


def _fall(call: Call, spans: tuple[Span, ...], by: Scale) -> Fall:
    return Fall(
        _label(call),
        tuple((span.owner, span.begin / by.by, span.end / by.by) for span in spans),
        tuple((chunk + call.sent - call.start) / by.by for chunk in call.chunks),
    )


def _lead(each: CellSummary, slowest: list[Timed]) -> str:
    whole = sum(call.e2e or 0 for call, _ in slowest)
    owned = {owner: sum(_of(owner, spans) for _, spans in slowest) for owner in OWNERS}
    beyond = {owner: long for owner, long in owned.items() if owner != "planned"}
    most = max(beyond, key=lambda owner: beyond[owner])
    return (
        f"The {len(slowest)} slowest calls of {each.cell.id} were the server's plan for "
        f"{number(owned['planned'] / whole * 100)} % of their time; beyond it most was {most}, "
        f"{number(beyond[most] / whole * 100)} %."
    )


def _table(slowest: list[Timed], by: Scale) -> Table:
    owners = _owners(slowest)
    columns = (
        TableColumn("call"),
        TableColumn("E2E latency", by.unit, numeric=True),
        *(TableColumn(owner, by.unit, OWNERS[owner], numeric=True) for owner in owners),
        TableColumn("requests", hint="requests the server saw for this call", numeric=True),
    )
    body = tuple(
        (
            Datum(_label(call), sort=_label(call)),
            *(_number(value, by) for value in (call.e2e or 0, *(_of(owner, spans) for owner in owners))),
            Datum(str(len(call.served)), sort=len(call.served)),
        )
        for call, spans in slowest
    )
    return Table(columns, body)


def _number(value: int, by: Scale) -> Datum:
    return Datum(number(value / by.by), sort=value / by.by)
