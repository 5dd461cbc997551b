"""
Bencher Metric Format: for each cell its measures, the candidate's value and the ratio with its interval.

Names of measures have no points or blanks, as Bencher makes slugs of them. Times are in nanoseconds.
"""

import json
import re

from overlap.harness.gate.known import known
from overlap.harness.gate.naming import shown
from overlap.harness.gate.record import GateOutcome, JudgedSeries

FILE = "gate-bencher.json"
RATIO = "candidate-over-base"


def files(outcome: GateOutcome) -> dict[str, str]:
    """Return the one file."""
    report: dict[str, dict[str, dict[str, float]]] = {}
    ordered = sorted(outcome.judged, key=lambda each: (each.series.cell, each.series.metric))
    for judged, (cell, measure) in zip(ordered, shown([each.series for each in ordered], _slug), strict=True):
        if measures := _measures(judged, measure):
            report.setdefault(cell, {}).update(measures)
    return {FILE: json.dumps(report, indent=1, ensure_ascii=False) + "\n"}


def _slug(metric: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", metric.lower()).strip("-") or "value"


def _measures(judged: JudgedSeries, slug: str) -> dict[str, dict[str, float]]:
    measures = {}
    if known(judged.candidate):
        measures[slug] = {"value": judged.candidate}
    if known(judged.ratio):
        measures[f"{slug}-{RATIO}"] = {"value": judged.ratio} | {
            key: end for key, end in (("lower_value", judged.low), ("upper_value", judged.high)) if known(end)
        }
    return measures
