"""The report of a gate: a verdict with a check for each series, the series' intervals, what was compared."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from overlap.harness.gate import delivery, view
from overlap.harness.gate.apart import told_apart
from overlap.harness.gate.known import known
from overlap.harness.gate.meaning import change, marks, meaning
from overlap.harness.gate.naming import shown
from overlap.harness.gate.plot import Axis, axis, line
from overlap.harness.gate.record import GateOutcome, JudgedSeries, SeriesVerdict
from overlap.harness.gate.sanitize import clean
from overlap.harness.gate.status_line import shortened, tail
from overlap.harness.registry import load, names
from overlap.harness.report.charts.forest import Forest, Ratio
from overlap.harness.report.section import Datum, Report, Section, Table, TableColumn
from overlap.harness.report.verdict import Check, Tone
from overlap.harness.report.verdict import WholeVerdict as Whole

FORMATS = "overlap.harness.gate.formats"
STEM, SUBJECT = "gate", "Regression gate"
WHOLE = "in gate.json, which --out FOLDER keeps"
TONES: dict[SeriesVerdict, Tone] = {
    "regressed": "bad",
    "invalid": "invalid",
    "inconclusive": "unsure",
    "improved": "better",
    "pass": "good",
}
# A chart of more rows is not read; the table has them all.
MOST = 40
LONGEST = 44
_COLUMNS = (
    TableColumn("verdict"),
    TableColumn("cell"),
    TableColumn("metric"),
    TableColumn("from → to", hint="the base's median, and that value times the change", numeric=True, spare=True),
    TableColumn(
        "change",
        hint="candidate / base in a typical round (Hodges-Lehmann), and its interval in percent",
        numeric=True,
    ),
    TableColumn("rounds", numeric=True, spare=True),
    TableColumn("MDE", hint="the smallest slowdown that could have been seen", numeric=True, spare=True),
    TableColumn("why", prose=True),
)


def compose(outcome: GateOutcome) -> Report:
    """Put the report of *outcome* together, without drawings."""
    verdict = _verdict(outcome)
    outcome = told_apart(outcome)
    facts = (*view.facts(outcome), *filter(None, [view.installed(outcome)]))
    return Report(verdict.title, facts, tuple(_sections(outcome)), {}, verdict, WHOLE)


def kinds() -> list[str]:
    """Name everything that a gate can be written as."""
    return sorted({*delivery.kinds(), *names(FORMATS)})


def files(outcome: GateOutcome, name: str) -> dict[str, str]:
    """Return what the format called *name* writes: the text of each file."""
    if name in delivery.kinds():
        return delivery.files(compose(outcome), name)
    texts: dict[str, str] = load(FORMATS, name).files(told_apart(outcome))
    return texts


def outputs(outcome: GateOutcome) -> dict[str, str]:
    """Return a step's outputs: `verdict`, `exit_code`, and how many series there are of each verdict."""
    counts = {verdict: sum(each.verdict == verdict for each in outcome.judged) for verdict in view.ORDER}
    counts["regressed"] = len(view.blamed(outcome))
    return {
        "verdict": outcome.verdict,
        "exit_code": str(outcome.exit_code),
        "series": str(len(outcome.judged)),
        **{verdict: str(number) for verdict, number in counts.items()},
    }


def _verdict(outcome: GateOutcome) -> Whole:
    run = outcome.run
    checks = [*_checks(outcome), *map(_nothing, view.missing(outcome))]
    return Whole(
        STEM,
        SUBJECT,
        outcome.verdict,
        TONES[outcome.verdict],
        view.answer(outcome),
        tuple(checks),
        _doubts(outcome),
        run.took,
        clean(run.time or ""),
    )


def _doubts(outcome: GateOutcome) -> tuple[str, ...]:
    return tuple(clean(doubt, 1000) for doubt in outcome.doubts)


def _checks(outcome: GateOutcome) -> Iterator[Check]:
    """Yield a check for each series, the worst first; what was slowed down on purpose is no failure."""
    ordered = view.worst_first(outcome)
    blamed = set(map(id, view.blamed(outcome)))
    apart = {
        id(each): alike.series for each, alike in zip(outcome.judged, told_apart(outcome).judged, strict=True)
    }
    named = shown([apart[id(each)] for each in ordered])
    for each, (cell, metric) in zip(ordered, named, strict=True):
        planted = each.verdict == "regressed" and id(each) not in blamed
        tone: Tone = "good" if planted else TONES[each.verdict]
        kind = "regression" if tone == "bad" else each.verdict
        yield Check(cell, metric, view.word(each.verdict), tone, view.told(each), kind, _file(each.series.cell))


def _nothing(sentence: str) -> Check:
    return Check("nothing to compare", sentence, "", "invalid", sentence, "missing")


def _file(cell: str) -> str | None:
    """Return the file that a cell names: a test's full name is its file, two colons, its name."""
    name, colons, _ = cell.partition("::")
    path = PurePosixPath(name)
    known_file = colons and path.suffix == ".py" and not path.is_absolute() and ".." not in path.parts
    return clean(name) if known_file else None


def _sections(outcome: GateOutcome) -> Iterator[Section]:
    ordered = view.worst_first(outcome)
    measured = view.measured(outcome)
    yield Section(
        "Series",
        f"{view.tally(outcome)}.",
        _table(outcome, ordered) if measured else None,
        tuple(_charts(ordered)),
        " ".join(filter(None, (change(outcome) if measured else "", meaning(outcome)))),
        glance="whole",
    )
    for title, lead, sentences in (
        ("Doubts", "What may be wrong although the verdict stands.", _doubts(outcome)),
        ("Nothing to compare", "What one of the arms, or both, did not give.", view.missing(outcome)),
        ("Disturbed rounds", "What the machine spoiled, and is not counted.", view.disturbed(outcome)),
    ):
        if sentences:
            yield Section(title, lead, items=tuple(sentences), glance="whole")
    rows = tuple(tuple(map(Datum, row)) for row in view.compared(outcome))
    columns = (TableColumn("fact"), TableColumn("base"), TableColumn("candidate"))
    yield Section(
        "Compared", "What identifies either arm, and whatever differs.", Table(columns, rows), glance="whole"
    )


def _table(outcome: GateOutcome, ordered: Sequence[JudgedSeries]) -> Table:
    plot = Intervals(outcome, tuple(ordered)) if any(each.series.kind == "timed" for each in ordered) else None
    return Table(_COLUMNS, tuple(map(_row, ordered)), worst_first=True, grouped=1, plot=plot)


def _row(judged: JudgedSeries) -> tuple[Datum, ...]:
    words = view.line(judged)
    return (
        Datum(view.word(judged.verdict), sort=view.ORDER.index(judged.verdict), tone=TONES[judged.verdict]),
        Datum(clean(judged.series.cell)),
        Datum(words.metric),
        Datum(words.values, sort=_sorted(judged.candidate)),
        Datum(words.change, words.span, _sorted(judged.ratio)),
        Datum(words.rounds, sort=judged.rounds),
        Datum(words.mde, sort=_sorted(judged.mde)),
        Datum(clean(judged.why), minor=not view.needs_why(words)),
    )


def _sorted(value: float | None) -> float | None:
    return value if known(value) else None


@dataclass(frozen=True, slots=True)
class Intervals:
    """The intervals of an outcome's series as text, on one axis that holds the slowdown that a pass excludes."""

    outcome: GateOutcome
    judged: tuple[JudgedSeries, ...]

    @property
    def note(self) -> str:
        """Return what the mark on the axis stands for."""
        return marks(self.outcome)

    def drawn(self, width: int, rows: int) -> tuple[str, list[str]]:
        """Return the axis and a line for each of the first *rows* series, with the bound of its own marked."""
        bound, chosen = self.outcome.run.rule.pass_bound, self.judged[:rows]
        on = axis((each for each in chosen if each.series.kind == "timed"), width, (1 + bound,))
        return on.heading, [_line(each, on, bound) for each in chosen]


def _line(judged: JudgedSeries, on: Axis, bound: float) -> str:
    series = judged.series
    if series.kind != "timed":
        return " " * on.width  # a count has no interval
    limit = 1 + (bound if series.bound is None else series.bound)
    signs = {"lower": (limit,), "higher": (1 / limit,)}.get(series.better, (1 / limit, limit))
    return line(judged, replace(on, marks=signs))


def _charts(ordered: Sequence[JudgedSeries]) -> Iterator[Forest]:
    drawn = [(each, each.ratio) for each in ordered if each.series.kind == "timed" and known(each.ratio)]
    short = shortened(each.series.cell for each in ordered)
    ratios = tuple(
        Ratio(
            tail(f"{short[each.series.cell]} {view.line(each).metric}", LONGEST),
            ratio,
            _sorted(each.low),
            _sorted(each.high),
            differs=each.verdict in {"regressed", "improved"},
        )
        for each, ratio in drawn[:MOST]
        if ratio > 0
    )
    if ratios:
        left = f", the worst {MOST} of {len(drawn)}" if len(drawn) > MOST else ""
        yield Forest("gate-intervals", f"Candidate over base{left}; filled where it is called a change", ratios)
