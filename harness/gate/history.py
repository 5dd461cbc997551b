"""One file of pytest-benchmark, read: its rows in seconds, when and on what they were measured."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, TypeGuard

from overlap.harness.host.input_files import MIB, checked
from overlap.harness.text.mistakes import Mistake

LARGEST = 256 * MIB
# What must be alike for a ratio of times to mean anything.
_MACHINE = ("system", "machine")
_CPU = ("brand_raw", "count", "arch_string_raw")
_TOLD = ("python_version", "python_implementation", "system", "release", "machine")


@dataclass(frozen=True, slots=True)
class BenchmarkRow:
    """
    One benchmark of one process.

    *name* is its full name, *median* in seconds, *data* the single rounds in seconds (empty if they were not
    kept), *machine* a digest of what it ran on, "" if the file does not say. *rounds* is how many rounds the
    median is of, None if the file does not say.
    """

    name: str
    median: float
    data: tuple[float, ...] = ()
    machine: str = ""
    rounds: int | None = None


@dataclass(frozen=True, slots=True)
class BenchmarkFile:
    """One file, which is one process: its rows by name, its time as written ("" unknown), and facts to be told."""

    name: str
    rows: Mapping[str, BenchmarkRow]
    time: str = ""
    machine: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)


def read(path: Path) -> BenchmarkFile:
    """Read what `--benchmark-json` or `--benchmark-save` wrote to *path*. Raises `Mistake` for other files."""
    try:
        document = json.loads(checked(path, LARGEST, path.name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else "not JSON"
        raise Mistake(f"cannot read {path.name}: {why}") from wrong
    benchmarks = document.get("benchmarks") if isinstance(document, dict) else None
    if not isinstance(benchmarks, list):
        raise Mistake(f"{path.name} is no file of pytest-benchmark: it has no list of benchmarks")
    machine = _mapping(document.get("machine_info"))
    digest = _digest(machine)
    rows: dict[str, BenchmarkRow] = {}
    for number, each in enumerate(benchmarks):
        row = _row(each, digest, f"benchmark {number + 1} of {path.name}")
        if row.name in rows:
            raise Mistake(f"{path.name} has two benchmarks of the name {row.name!r}")
        rows[row.name] = row
    return BenchmarkFile(path.name, rows, str(document.get("datetime") or ""), digest, _facts(document, machine))


def _row(entry: object, machine: str, where: str) -> BenchmarkRow:
    benchmark = _mapping(entry)
    stats = _mapping(benchmark.get("stats"))
    name = benchmark.get("fullname") or benchmark.get("name")
    median = stats.get("median")
    if not isinstance(name, str):
        raise Mistake(f"{where} has no name")
    if not _is_time(median):
        raise Mistake(f"{where} has no median that is a time above zero")
    data = stats.get("data")
    kept = tuple(map(float, data)) if isinstance(data, Sequence) and all(map(_is_time, data)) else ()
    rounds = stats.get("rounds")
    written = rounds if isinstance(rounds, int) and not isinstance(rounds, bool) and rounds > 0 else None
    return BenchmarkRow(name, float(median), kept, machine, written or len(kept) or None)


def _is_time(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value > 0


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _digest(machine: Mapping[str, Any]) -> str:
    cpu = _mapping(machine.get("cpu"))
    facts = [machine.get(key) for key in _MACHINE] + [cpu.get(key) for key in _CPU]
    identified = any(each is not None for each in facts)
    return hashlib.sha256(json.dumps(facts, default=str).encode()).hexdigest()[:12] if identified else ""


def _facts(document: Mapping[str, Any], machine: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a side that a report shows; nothing that names a host or a person."""
    commit, cpu = _mapping(document.get("commit_info")), _mapping(machine.get("cpu"))
    facts = {
        "commit": commit.get("id"),
        "dirty": commit.get("dirty") or None,
        "measured": document.get("datetime"),
    }
    facts |= {key.replace("_", " "): machine.get(key) for key in _TOLD}
    facts |= {"cpu": cpu.get("brand_raw"), "cores": cpu.get("count"), "pytest-benchmark": document.get("version")}
    return {key: value for key, value in facts.items() if value is not None}
