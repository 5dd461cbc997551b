"""One HTML page, as `overlap report` makes them: the answer, every series and its interval, what was compared."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from overlap.harness.gate import view
from overlap.harness.gate.known import known
from overlap.harness.gate.meaning import change, meaning
from overlap.harness.gate.record import Judged, Outcome
from overlap.harness.gate.sanitize import clean
from overlap.harness.gate.status_line import shortened, tail
from overlap.harness.report.charts.forest import Forest, Ratio
from overlap.harness.report.section import Column, Datum, Report, Section, Table

FILE = "gate.html"
# A chart of more rows is not read; the table has them all.
MOST = 40
LONGEST = 44
_COLUMNS = (
    Column("verdict"),
    Column("cell"),
    Column("metric"),
    Column("from → to", hint="the base's median, and that value times the change", numeric=True),
    Column(
        "change",
        hint="candidate / base in a typical round (Hodges-Lehmann), and its interval in percent",
        numeric=True,
    ),
    Column("rounds", numeric=True),
    Column("MDE", hint="the smallest slowdown that could have been seen", numeric=True),
    Column("why"),
)


def files(outcome: Outcome) -> dict[str, str]:
    """Answer the page."""
    from overlap.harness.report.drawing import svg
    from overlap.harness.report.formats.html import render

    made = report(outcome)
    drawn = {chart.name: svg(chart) for chart in made.charts()}
    return {FILE: render(replace(made, drawings=drawn)).decode().rstrip("\n") + "\n"}


def report(outcome: Outcome) -> Report:
    """Answer the outcome as sections, without drawings."""
    facts = (view.tally(outcome), *view.facts(outcome), *filter(None, [view.installed(outcome)]))
    return Report(f"Regression gate: {outcome.verdict}", facts, tuple(_sections(outcome)), {})


def _sections(outcome: Outcome) -> Iterator[Section]:
    ordered = view.worst_first(outcome)
    yield Section(
        "Verdict",
        view.answer(outcome) or outcome.verdict,
        _table(ordered) if view.measured(outcome) else None,
        tuple(_charts(ordered)),
        " ".join(filter(None, (meaning(outcome), change(outcome)))),
        glance="whole",
    )
    for title, lead, sentences in (
        (
            "Doubts",
            "What may be wrong although the verdict stands.",
            [clean(each, 1000) for each in outcome.doubts],
        ),
        ("Nothing to compare", "What one of the arms, or both, did not give.", view.missing(outcome)),
        ("Disturbed rounds", "What the machine spoiled, and is not counted.", view.disturbed(outcome)),
    ):
        if sentences:
            yield Section(title, lead, Table((Column("what"),), tuple((Datum(each),) for each in sentences)))
    rows = tuple(tuple(map(Datum, row)) for row in view.compared(outcome))
    columns = (Column("fact"), Column("base"), Column("candidate"))
    yield Section("Compared", "What identifies either arm, and whatever differs.", Table(columns, rows))


def _table(ordered: Sequence[Judged]) -> Table:
    return Table(_COLUMNS, tuple(_row(each) for each in ordered))


def _row(judged: Judged) -> tuple[Datum, ...]:
    line = view.line(judged)
    return (
        Datum(view.word(judged.verdict), sort=view.ORDER.index(judged.verdict)),
        Datum(clean(judged.series.cell)),
        Datum(line.metric),
        Datum(line.values, sort=_sorted(judged.candidate)),
        Datum(line.change, line.span, _sorted(judged.ratio)),
        Datum(line.rounds, sort=judged.rounds),
        Datum(line.mde, sort=_sorted(judged.mde)),
        Datum(clean(judged.why)),
    )


def _sorted(value: float | None) -> float | None:
    return value if known(value) else None


def _charts(ordered: Sequence[Judged]) -> Iterator[Forest]:
    shown = [(each, each.ratio) for each in ordered if each.series.kind == "timed" and known(each.ratio)]
    short = shortened(each.series.cell for each in ordered)
    ratios = tuple(
        Ratio(
            tail(f"{short[each.series.cell]} {view.line(each).metric}", LONGEST),
            ratio,
            _sorted(each.low),
            _sorted(each.high),
            differs=each.verdict in {"regressed", "improved"},
        )
        for each, ratio in shown[:MOST]
        if ratio > 0
    )
    if ratios:
        left = f", the worst {MOST} of {len(shown)}" if len(shown) > MOST else ""
        yield Forest("gate-intervals", f"Candidate over base{left}; filled where it is called a change", ratios)
