"""The gate's files for other tools: each in the grammar of its reader, and with the numbers of the run."""

import csv
import json
import os
import re
import subprocess
import sys
from io import StringIO

import pytest

from overlap.harness.gate.formats import action_benchmark, bencher, benchstat, openmetrics, pytest_benchmark
from overlap.harness.gate.formats import csv as csv_format
from overlap.harness.gate.judge import judge
from overlap.harness.gate.pytest_json import rows
from overlap.harness.gate.record import Arm, GateRule, GateRun, RoundPair, Series

# A ratio of 1.25 in every round, and one round that does not count.
TIMED = Series(
    "fan out/a b", "overhead.p50", "ns", "timed", "lower",
    tuple(RoundPair(i, "BC", 4e6 + i, 5e6 + 1.25 * i, "steal" if i == 3 else None) for i in range(12)),
)  # fmt: skip
FASTER = Series(
    "fan out/a b", "rate", "1/s", "timed", "higher", tuple(RoundPair(i, "CB", 50.0, 40.0) for i in range(12))
)
COUNT = Series("c", "peak", "", "exact", "neither", tuple(RoundPair(i, "CB", 8.0, 8.0) for i in range(12)))
RUN = GateRun(
    Arm("main", "main", {"commit": "1f0c6be"}),
    Arm(".", "this tree", {"commit": "9a774d1", "dirty": True}),
    GateRule(),
    ("fan out/a b", "c"),
    (TIMED, FASTER, COUNT),
    environment={"python": "3.11.7", "cores": 2},
    rounds=12,
    time="2026-11-20T19:40:00+00:00",
)
OUTCOME = judge(RUN)


def test_smaller_is_better_in_every_ratio():
    """Slower by a quarter is 1.25, whether more milliseconds or fewer calls a second say so."""
    entries = json.loads(action_benchmark.files(OUTCOME)["gate-action-benchmark.json"])
    told = {entry["name"]: (entry["unit"], entry["value"]) for entry in entries}
    assert told == {
        "fan out/a b overhead.p50 candidate / base": ("ratio", 1.25),
        "fan out/a b rate base / candidate": ("ratio", 1.25),
        "fan out/a b overhead.p50": ("ns", 5_000_007.5),
    }
    assert [entry["unit"] for entry in entries] == ["ratio", "ratio", "ns"]
    assert {type(value) for entry in entries for key, value in entry.items() if key != "value"} == {str}


def test_bencher_gets_measures_by_cell():
    """The candidate's value, and the ratio with its interval."""
    found = json.loads(bencher.files(OUTCOME)["gate-bencher.json"])
    assert set(found) == {"fan out/a b", "c"}
    assert found["c"] == {"peak": {"value": 8.0}, "peak-candidate-over-base": {"value": 1.0}}
    ratio = found["fan out/a b"]["overhead-p50-candidate-over-base"]
    assert ratio["lower_value"] <= ratio["value"] <= ratio["upper_value"]
    assert ratio["value"] == pytest.approx(1.25)


def test_openmetrics_follows_its_grammar():
    """Families announce themselves, no set of labels comes twice, the last line is the end."""
    odd = Series('q"\\{}', "m\n", "ns", "timed", "lower", tuple(RoundPair(i, "BC", 1.0, 1.0) for i in range(12)))
    run = GateRun(RUN.base, RUN.candidate, GateRule(), ("c",), (COUNT, TIMED, odd, odd), rounds=12)
    lines = openmetrics.files(judge(run))["gate-openmetrics.txt"].splitlines()
    assert lines.pop() == "# EOF"
    label = r'[a-z]+="(?:[^"\\\n]|\\[\\"n])*"'
    sample = re.compile(rf"([a-z_]+)(\{{{label}(?:,{label})*\}})? (\d+(?:\.\d+)?)")
    types = [line.split()[2] for line in lines if line.startswith("# TYPE ")]
    found = [sample.fullmatch(line) for line in lines if not line.startswith("# ")]
    assert all(found)
    assert [match[1] for match in found] == sorted([match[1] for match in found], key=types.index)
    assert len({match[0].rpartition(" ")[0] for match in found}) == len(found)
    assert 'overlap_gate_ratio{cell="fan out/a b",metric="overhead.p50"} 1.25' in lines


# golang.org/design/14313-benchmark-format: a result line, a configuration line, a line of a unit.
RESULT = re.compile(r"Benchmark([^\sa-z]\S*)?\s+[1-9]\d*(\s+[-+]?\d+(\.\d+)?(e[-+]\d+)?\s+\S+)+")
SETTING = re.compile(r"[a-z][^\sA-Z:]*: .+")
UNIT = re.compile(r"Unit \S+ (better=(higher|lower)|assume=exact)")


@pytest.mark.parametrize("side", ["base", "candidate"])
def test_benchstat_text_follows_its_grammar(side):
    """Every line is a result, a setting, a unit, or empty."""
    odd = Series(
        "a 端\tb-16", "m n", "B", "exact", "lower", tuple(RoundPair(i, "BC", 1.0, 1.0) for i in range(12))
    )
    run = GateRun(RUN.base, RUN.candidate, GateRule(), ("c",), (COUNT, TIMED, odd), rounds=12)
    lines = benchstat.files(judge(run))[f"gate-{side}.txt"].splitlines()
    kinds = [[bool(kind.fullmatch(line)) for kind in (RESULT, SETTING, UNIT)] for line in lines if line]
    assert all(sum(kind) == 1 for kind in kinds)
    assert sum(result for result, _, _ in kinds) == 11 + 12 + 12
    assert not any(re.match(r"Benchmark\S*-\d+\s", line) for line in lines)


def test_benchstat_gets_one_line_a_round_that_counts():
    """All metrics of a cell stand in one line, times as `ns/op`, which benchstat knows."""
    files = benchstat.files(OUTCOME)
    [first, *_] = [line for line in files["gate-base.txt"].splitlines() if line.startswith("BenchmarkFan_out")]
    assert first == "BenchmarkFan_out/a_b 1 4000000 overhead.p50-ns/op 50 rate/s"
    assert "Unit rate/s better=higher" in files["gate-base.txt"]
    assert "Unit peak assume=exact" in files["gate-candidate.txt"]
    assert files["gate-candidate.txt"].count("overhead.p50-ns/op") == 11 + 1


def test_the_real_pytest_benchmark_compares_the_two_files(tmp_path):
    """Written, read by the tool itself, and its percentage is the run's."""
    for name, text in pytest_benchmark.files(OUTCOME).items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest_benchmark",
            "compare",
            "--between=median",
            "gate-base.json",
            "gate-candidate.json",
        ],
        cwd=tmp_path,
        # It reads files and runs no test: other packages' plugins only take it seconds to import.
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "fan out/a b overhead.p50" in done.stdout
    assert "+25.0%" in done.stdout
    assert "rate" not in done.stdout


def test_our_own_reader_takes_what_we_write(tmp_path):
    """Seconds come back as seconds, and only the rounds that count."""
    path = tmp_path / "base.json"
    path.write_text(pytest_benchmark.files(OUTCOME)["gate-base.json"])
    [row] = rows(path)
    assert row.name == "fan out/a b overhead.p50"
    assert row.median == pytest.approx(4.000006e-3)
    assert len(row.data) == 11


def test_every_round_is_in_the_csv():
    """The one that does not count is there, and says why."""
    found = list(csv.DictReader(StringIO(csv_format.files(OUTCOME)["gate-rounds.csv"])))
    assert len(found) == 36
    assert [row["round"] for row in found if row["counted"] == "0"] == ["3"]
    assert found[3]["disturbed"] == "steal"
    assert {float(row["ratio"]) for row in found if row["metric"] == "overhead.p50"} == {1.25}


def test_the_history_is_one_row_a_commit():
    """Time, commit, one column a series: what Otava looks for change points in."""
    found = list(csv.DictReader(StringIO(csv_format.files(OUTCOME)["gate-history.csv"])))
    assert found == [
        {
            "time": "2026-11-20T19:40:00+00:00",
            "commit": "9a774d1",
            "c peak": "8",
            "fan out/a b overhead.p50": "5000007.5",
            "fan out/a b rate": "40",
        }
    ]
