"""
A gate run on file: JSON with every round, and the outcome for readers; `overlap gate --replay FILE` reads it.

What is read back is the run alone. The outcome in the file is for eyes and scripts: a verdict is always computed
anew from the rounds. A value that is no number (NaN, infinite) is null in the file and NaN once read, and its
series is invalid either way. A digest of the run notices a byte that has changed since.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from hashlib import blake2b
from pathlib import Path
from typing import Any

from overlap.harness.gate.record import ARMS, SCHEMA, GateOutcome, GateRun
from overlap.harness.host.input_files import MIB, text_of
from overlap.harness.store.run_files import replace
from overlap.harness.store.typed import Misfit, typed
from overlap.harness.text.mistakes import Mistake

LARGEST = 256 * MIB
OLD, DIGEST = "overlap-gate/1", "digest"


def as_json(outcome: GateOutcome) -> dict[str, object]:
    """Return what the file of *outcome* holds: the run, field by field, and the outcome beside it."""
    judged = [
        {"cell": each.series.cell, "metric": each.series.metric}
        | {field.name: getattr(each, field.name) for field in fields(each) if field.name != "series"}
        for each in outcome.judged
    ]
    summary = {"verdict": outcome.verdict, "why": outcome.why, "exit_code": outcome.exit_code}
    return {
        "schema": SCHEMA,
        "outcome": summary | {"doubts": list(outcome.doubts), "judged": judged},
        "run": asdict(outcome.run),
    }


def write(outcome: GateOutcome, path: Path) -> None:
    """Write *outcome* to *path*, whole or not at all. Raises `Mistake` if it cannot be written."""
    document: dict[str, object] = json.loads(json.dumps(_finite(as_json(outcome)), default=str))
    text = json.dumps({**document, DIGEST: digest(document)}, indent=1) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, text.encode())
    except OSError as wrong:
        raise Mistake(f"cannot write {path}: {wrong.strerror}") from wrong


def digest(document: Mapping[str, object]) -> str:
    """
    Return a digest of the run in a file's *document*: BLAKE2b of its JSON with sorted keys.

    >>> digest({"schema": "s", "run": {"b": 1, "a": [2]}}) == digest({"run": {"a": [2], "b": 1}, "schema": "s"})
    True
    """
    content = {key: document.get(key) for key in ("schema", "run")}
    return blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=16).hexdigest()


def _finite(value: Any) -> Any:
    """Return *value* with null for every number that JSON has no word for."""
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def read(path: Path) -> GateRun:
    """
    Read the run of the file at *path*. Raises `Mistake` if it is not one, or not as it was written.

    Files of schema 1 have no digest, and are taken as they are.
    """
    text = text_of(path, LARGEST)
    try:
        document = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as wrong:
        raise Mistake(f"cannot read {path}: it is not JSON: {wrong}") from wrong
    try:
        run = run_from(document)
    except Mistake as wrong:
        raise Mistake(f"{path}: {wrong}") from None
    if document["schema"] != OLD and document.get(DIGEST) != digest(document):
        raise Mistake(f"{path} changed since it was written (its digest differs), so no verdict can rest on it")
    return run


def run_from(document: Any) -> GateRun:
    """Make a run of a file's JSON. Raises `Mistake` if that is none, or of a newer schema."""
    schema = document.get("schema") if isinstance(document, Mapping) else None
    kind, _, version = str(schema).partition("/")
    ours, _, newest = SCHEMA.partition("/")
    if kind != ours or not (version.isdecimal() and len(version) < 9):
        raise Mistake("not a gate run")
    if int(version) > int(newest):
        raise Mistake(f"of schema {schema}, and this version reads {SCHEMA}: a newer one is needed")
    try:
        return typed(_with_gaps(document.get("run")), GateRun, "run")
    except Misfit as wrong:
        raise Mistake(str(wrong)) from None


def _with_gaps(run: Any) -> Any:
    """Return *run*, of a file's JSON, with NaN for each value of a round that is null there."""
    series = run.get("series") if isinstance(run, dict) else None
    if not isinstance(series, list):
        return run
    return {**run, "series": [_series(each) for each in series]}


def _series(series: Any) -> Any:
    pairs = series.get("pairs") if isinstance(series, dict) else None
    return {**series, "pairs": [_pair(each) for each in pairs]} if isinstance(pairs, list) else series


def _pair(pair: Any) -> Any:
    gaps = [arm for arm in ARMS if arm in pair and pair[arm] is None] if isinstance(pair, dict) else []
    return {**pair, **dict.fromkeys(gaps, math.nan)} if gaps else pair


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")
