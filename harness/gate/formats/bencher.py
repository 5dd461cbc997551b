"""
Bencher Metric Format: for each cell its measures, the candidate's value and the ratio with its interval.

Names of measures have no points or blanks, as Bencher makes slugs of them. Times are in nanoseconds.
"""

import json
import re

from harness.gate.apart import told_apart
from harness.gate.public import clean
from harness.gate.record import Judged, Outcome
from harness.gate.rounding import known

FILE = "gate-bencher.json"
RATIO = "candidate-over-base"


def files(outcome: Outcome) -> dict[str, str]:
    """Answer the one file."""
    outcome = told_apart(outcome)
    found: dict[str, dict[str, dict[str, float]]] = {}
    for judged in sorted(outcome.judged, key=lambda each: (each.series.cell, each.series.metric)):
        measures = _measures(judged)
        if measures:
            found.setdefault(clean(judged.series.cell), {}).update(measures)
    return {FILE: json.dumps(found, indent=1, ensure_ascii=False) + "\n"}


def _measures(judged: Judged) -> dict[str, dict[str, float]]:
    slug = re.sub(r"[^a-z0-9]+", "-", judged.series.metric.lower()).strip("-") or "value"
    measures = {}
    if known(judged.candidate):
        measures[slug] = {"value": judged.candidate}
    if known(judged.ratio):
        measures[f"{slug}-{RATIO}"] = {"value": judged.ratio} | {
            key: end for key, end in (("lower_value", judged.low), ("upper_value", judged.high)) if known(end)
        }
    return measures
