"""
OpenMetrics text, which Prometheus and GitLab's metrics report read: ratios, who is to blame, the exit code.

Ratios have all their digits: a trend of 2 % must be seen in them. GitLab, which compares values as text, shows
every one of them as changed.
"""

from collections.abc import Iterator

from overlap.harness.gate import view
from overlap.harness.gate.known import known
from overlap.harness.gate.naming import shown
from overlap.harness.gate.record import GateOutcome

FILE = "gate-openmetrics.txt"


def files(outcome: GateOutcome) -> dict[str, str]:
    """Return the one file."""
    return {FILE: "".join(f"{line}\n" for line in _lines(outcome))}


def _lines(outcome: GateOutcome) -> Iterator[str]:
    judged_by_name = sorted(outcome.judged, key=lambda each: (each.series.cell, each.series.metric))
    names = shown([each.series for each in judged_by_name])
    ordered = [(_labels(*name), judged) for name, judged in zip(names, judged_by_name, strict=True)]
    yield from _family("overlap_gate_ratio", "Candidate over base, by cell and metric.")
    for labels, judged in ordered:
        if known(judged.ratio):
            yield f"overlap_gate_ratio{labels} {judged.ratio:.10g}"
    yield from _family("overlap_gate_regressed", "1 where the candidate is called worse.")
    blamed = set(map(id, view.blamed(outcome)))
    for labels, judged in ordered:
        yield f"overlap_gate_regressed{labels} {int(id(judged) in blamed)}"
    yield from _family("overlap_gate_exit_code", "0 pass or improved, 1 regressed, 3 inconclusive, 4 invalid.")
    yield f"overlap_gate_exit_code {outcome.exit_code}"
    yield "# EOF"


def _family(name: str, words: str) -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    yield f"# HELP {name} {words}"


def _labels(cell: str, metric: str) -> str:
    return f'{{cell="{_escaped(cell)}",metric="{_escaped(metric)}"}}'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
