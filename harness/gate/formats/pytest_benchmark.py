"""
JSON of pytest-benchmark, one file for each arm: for `pytest-benchmark compare` and all that reads its files.

A benchmark is a series of times, in seconds, its data the rounds that count. What is no time is left out: there
every number is taken for seconds.
"""

import json
from collections.abc import Mapping
from typing import Any

from pytest_benchmark.stats import Stats

from overlap.harness.gate.known import known
from overlap.harness.gate.naming import shown
from overlap.harness.gate.record import Arm, GateOutcome, Series
from overlap.harness.gate.sanitize import clean

BASE, CANDIDATE = "gate-base.json", "gate-candidate.json"
# The version of pytest-benchmark whose fields these are.
VERSION = "5.3.1"
UNVERSIONED = "unversioned"
_NANOSECONDS = 1e9
# It has no types of its own.
_Stats: Any = Stats
_NEVER = "1970-01-01T00:00:00+00:00"


_MACHINE = {
    "python_version": "python",
    "python_implementation": "implementation",
    "system": "system",
    "machine": "machine",
}
_CPU = {"brand_raw": "cpu", "count": "cores"}


def files(outcome: GateOutcome) -> dict[str, str]:
    """Return the two files."""
    run = outcome.run
    return {BASE: _arm(outcome, run.base, "base"), CANDIDATE: _arm(outcome, run.candidate, "candidate")}


def _arm(outcome: GateOutcome, arm: Arm, side: str) -> str:
    environment = outcome.run.environment
    document = {
        "machine_info": _told(_MACHINE, environment) | {"cpu": _told(_CPU, environment)},
        "commit_info": {
            "id": clean(arm.facts.get("commit") or UNVERSIONED),
            "dirty": bool(arm.facts.get("dirty")),
            "branch": clean(arm.label),
        },
        "benchmarks": [
            each
            for series, name in zip(outcome.run.series, shown(outcome.run.series), strict=True)
            if (each := _benchmark(series, " ".join(name), side))
        ],
        "datetime": clean(outcome.run.time) if outcome.run.time else _NEVER,
        "version": VERSION,
    }
    return json.dumps(document, indent=1) + "\n"


def _benchmark(series: Series, name: str, side: str) -> dict[str, Any] | None:
    data = [getattr(pair, side) / _NANOSECONDS for pair in series.counted]
    data = [each for each in data if known(each) and each > 0]
    if series.unit != "ns" or not data:
        return None
    stats = _Stats()
    for each in data:
        stats.update(each)
    return {
        "group": clean(series.metric),
        "name": name,
        "fullname": name,
        "params": None,
        "param": None,
        "extra_info": {"calls": series.data} if series.data else {},
        "options": {},
        "stats": {**stats.as_dict(), "data": data, "iterations": 1},
    }


def _told(names: Mapping[str, str], environment: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known of the machine, under pytest-benchmark's names."""
    values = {name: environment.get(key) for name, key in names.items()}
    return {name: value if isinstance(value, int) else clean(value) for name, value in values.items() if value}
