"""
JSON for github-action-benchmark, as `customSmallerIsBetter`: ratios first, then the candidate's values.

A ratio survives a change of runner, a time does not. Of what is better when higher the ratio is turned over, so
that smaller is better throughout; of what is neither, and of values that are better when higher, nothing is told.
"""

import json
from collections.abc import Iterator

from overlap.harness.gate import view
from overlap.harness.gate.known import known
from overlap.harness.gate.naming import shown
from overlap.harness.gate.record import GateOutcome, JudgedSeries
from overlap.harness.text.numerals import whole
from overlap.harness.text.units import fitting

FILE = "gate-action-benchmark.json"


def files(outcome: GateOutcome) -> dict[str, str]:
    """Return the one file."""
    ordered = [each for each in view.worst_first(outcome) if each.series.better != "neither"]
    names = [" ".join(name) for name in shown([each.series for each in ordered])]
    entries = [*filter(None, map(_ratio, ordered, names)), *filter(None, map(_value, ordered, names))]
    return {FILE: json.dumps(entries, indent=1, ensure_ascii=False) + "\n"}


def _ratio(judged: JudgedSeries, series: str) -> dict[str, object] | None:
    ratio, low, high = judged.ratio, judged.low, judged.high
    if not known(ratio) or not ratio:
        return None
    name = "candidate / base"
    if judged.series.better == "higher":
        ratio, low, high = 1 / ratio, (1 / high if high else None), (1 / low if low else None)
        name = "base / candidate"
    entry: dict[str, object] = {
        "name": f"{series} {name}",
        "unit": "ratio",
        "value": ratio,
    }
    if known(low) and known(high):
        entry["range"] = f"{low:.6g}..{high:.6g}"
    return entry | {"extra": "\n".join(_extra(judged))}


def _value(judged: JudgedSeries, series: str) -> dict[str, object] | None:
    if judged.series.better != "lower" or not known(judged.candidate):
        return None
    by = fitting(judged.series.unit, (judged.candidate,))
    return {
        "name": series,
        # The unit of a series must not change from commit to commit, however its value does.
        "unit": judged.series.unit or "count",
        "value": judged.candidate,
        "extra": f"{whole(by.of(judged.candidate))} {by.unit}, base {whole(by.of(judged.base))}".strip(),
    }


def _extra(judged: JudgedSeries) -> Iterator[str]:
    yield f"verdict: {judged.verdict}"
    yield f"rounds: {judged.rounds}"
    if known(judged.mde):
        yield f"smallest slowdown that could have been seen: {judged.mde:.3f}"
