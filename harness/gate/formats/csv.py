"""
CSV: every round of every series for pandas, and one row of the candidate's values for Otava's change points.

Values are in the unit of their row (times in nanoseconds). The row is for a file that grows by one with every
merge: Otava looks in it for the creep that no single change is to blame for.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from overlap.harness.gate.known import known
from overlap.harness.gate.naming import shown
from overlap.harness.gate.record import GateOutcome
from overlap.harness.gate.sanitize import clean

ROUNDS, HISTORY = "gate-rounds.csv", "gate-history.csv"
COLUMNS = (
    "cell",
    "metric",
    "unit",
    "kind",
    "better",
    "round",
    "order",
    "base",
    "candidate",
    "ratio",
    "counted",
    "disturbed",
)


def files(outcome: GateOutcome) -> dict[str, str]:
    """Return both files; the second is worth appending to, without its first line."""
    return {ROUNDS: _text(COLUMNS, _rounds(outcome)), HISTORY: _history(outcome)}


def _rounds(outcome: GateOutcome) -> Iterable[Sequence[object]]:
    for series, name in zip(outcome.run.series, shown(outcome.run.series), strict=True):
        for pair in series.pairs:
            ratio = (
                pair.candidate / pair.base if known(pair.base) and known(pair.candidate) and pair.base else None
            )
            yield (
                *(*name, series.unit, series.kind, series.better),
                *(pair.round, pair.order, _number(pair.base), _number(pair.candidate), _number(ratio)),
                *(int(not pair.disturbed), clean(pair.disturbed or "")),
            )


def _history(outcome: GateOutcome) -> str:
    """Return time, commit, and one column a series."""
    judged = sorted(outcome.judged, key=lambda each: each.series.name)
    facts = outcome.run.candidate.facts
    row = [
        clean(outcome.run.time or ""),
        clean(facts.get("commit") or ""),
        *(_number(each.candidate) for each in judged),
    ]
    names = shown([each.series for each in judged])
    return _text(["time", "commit", *(" ".join(name) for name in names)], [row])


def _number(value: float | None) -> str:
    return f"{value:.10g}" if known(value) else ""


def _text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
