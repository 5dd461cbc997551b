"""
OpenMetrics text, which Prometheus and GitLab's metrics report read: ratios, who is to blame, the exit code.

GitLab compares values as strings from branch to branch, so a ratio has only the digits its interval gives meaning.
"""

from collections.abc import Iterator

from harness.gate import sheet
from harness.gate.apart import told_apart
from harness.gate.public import clean
from harness.gate.record import Judged, Outcome
from harness.gate.rounding import known, rounded

FILE = "gate-openmetrics.txt"


def files(outcome: Outcome) -> dict[str, str]:
    """Answer the one file."""
    outcome = told_apart(outcome)
    return {FILE: "".join(f"{line}\n" for line in _lines(outcome))}


def _lines(outcome: Outcome) -> Iterator[str]:
    ordered = sorted(_named(outcome).items())
    yield from _family("overlap_gate_ratio", "Candidate over base, by cell and metric.")
    for labels, judged in ordered:
        if known(judged.ratio):
            yield f"overlap_gate_ratio{labels} {rounded(judged.ratio, judged.low, judged.high)}"
    yield from _family("overlap_gate_regressed", "1 where the candidate is called worse.")
    blamed = set(map(id, sheet.blamed(outcome)))
    for labels, judged in ordered:
        yield f"overlap_gate_regressed{labels} {int(id(judged) in blamed)}"
    yield from _family("overlap_gate_exit_code", "0 pass, 1 regressed, 3 inconclusive, 4 invalid.")
    yield f"overlap_gate_exit_code {outcome.exit_code}"
    yield "# EOF"


def _named(outcome: Outcome) -> dict[str, Judged]:
    """A set of labels must not occur twice; of names that only differ in what is not shown, the worst is told."""
    return {_labels(judged): judged for judged in reversed(sheet.worst_first(outcome))}


def _family(name: str, words: str) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    yield f"# HELP {name} {words}"


def _labels(judged: Judged) -> str:
    cell, metric = (_escaped(clean(words)) for words in (judged.series.cell, judged.series.metric))
    return f'{{cell="{cell}",metric="{metric}"}}'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
