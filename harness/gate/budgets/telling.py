"""The report of budgets: the verdict with a check for each limit in each cell, and a row for what is alike."""

from collections.abc import Sequence

from overlap.harness.gate.budgets.judge import Held, overall
from overlap.harness.gate.budgets.words import MEANING, WORDS, LimitRow, lead, row, rows, runs_of
from overlap.harness.gate.record import EXIT, SeriesVerdict
from overlap.harness.gate.sanitize import clean
from overlap.harness.gate.telling import TONES
from overlap.harness.report.section import Datum, Report, Section, Table, TableColumn
from overlap.harness.report.verdict import Check
from overlap.harness.report.verdict import WholeVerdict as Whole
from overlap.harness.text.numerals import count

STEM, SUBJECT = "budgets", "Budgets"
WHOLE = "in budgets.html, with --out FOLDER --formats html"
_COLUMNS = (
    TableColumn("verdict"),
    TableColumn("limit"),
    TableColumn("cell"),
    TableColumn("measured"),
    TableColumn("why", prose=True),
)


def compose(held: Sequence[Held]) -> Report:
    """Put the report of what was *held* against its limits together."""
    verdict, runs = overall(held), runs_of(held)
    checks = tuple(_check(row(each, runs)) for each in held)
    whole = Whole(STEM, SUBJECT, WORDS[verdict], TONES[verdict], lead(held), checks)
    limits = len({each.limit.text for each in held})
    sentence = f"{count(limits, 'limit')}, checked {count(len(held), 'time')}."
    table = Table(_COLUMNS, tuple(map(_entries, rows(held))), worst_first=True)
    section = Section("Limits", sentence, table, note=MEANING, glance="whole")
    return Report(whole.title, tuple(map(clean, runs)), (section,), {}, whole, WHOLE)


def outputs(held: Sequence[Held], verdict: SeriesVerdict) -> dict[str, str]:
    """Return a step's outputs: `verdict`, `exit_code`, and how many limits there are of each verdict."""
    counts = {word: sum(WORDS[each.verdict] == word for each in held) for word in WORDS.values()}
    values = {"verdict": WORDS[verdict], "exit_code": EXIT[verdict], "limits": len(held), **counts}
    return {name: str(value) for name, value in values.items()}


def _check(of: LimitRow) -> Check:
    message = ": ".join(filter(None, (of.limit, of.measured, of.why)))
    kind = "budget" if of.verdict == "regressed" else of.verdict
    return Check(of.cell, of.limit, of.word, TONES[of.verdict], message, kind)


def _entries(of: LimitRow) -> tuple[Datum, ...]:
    verdict = Datum(of.word, tone=TONES[of.verdict])
    return (verdict, *map(Datum, (of.limit, of.cell, of.measured, of.why)))
