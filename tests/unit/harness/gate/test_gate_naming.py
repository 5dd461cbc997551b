"""No file loses a row because two names look alike once they are shown."""

import csv
import json
import xml.etree.ElementTree as ET
from io import StringIO

import pytest

from overlap.harness.gate.judge import judge
from overlap.harness.gate.naming import shown
from overlap.harness.gate.record import Arm, GateRule, GateRun, RoundPair, Series
from overlap.harness.gate.telling import files

# What is shown of a name is cut after 300 characters.
NAMES = ("x" * 400 + "a", "x" * 400 + "b", "t.py::y")
PAIRS = tuple(RoundPair(i, ("BC", "CB")[i % 2], 1e6, 1.3181e6) for i in range(12))
SERIES = tuple(Series(name, metric, "ns", "timed", "lower", PAIRS) for name in NAMES for metric in ("a.b", "a b"))
OUTCOME = judge(GateRun(Arm("a", "a"), Arm("b", "b"), GateRule(), NAMES, SERIES, rounds=12))


def texts(name):
    """Return what a format makes of the run."""
    return list(files(OUTCOME, name).values())


def test_what_would_be_one_name_is_numbered():
    """The series of one cell whose metrics a file writes alike, or that are there twice."""
    told = shown([*SERIES[-2:], *SERIES[-2:]], lambda metric: metric.replace(" ", "."))
    assert told == [("t.py::y", name) for name in ("a.b", "a.b.(2)", "a.b.(3)", "a.b.(4)")]


def test_bencher_has_every_row():
    """Three cells with four measures each."""
    [text] = texts("bencher")
    found = json.loads(text)
    assert [len(measures) for measures in found.values()] == [4, 4, 4]
    assert all(name.isascii() and " " not in name for measures in found.values() for name in measures)


def test_openmetrics_has_every_row_with_all_its_digits():
    """A trend of 2 % can be plotted."""
    [text] = texts("openmetrics")
    ratios = [line.rpartition(" ") for line in text.splitlines() if line.startswith("overlap_gate_ratio{")]
    assert len({name for name, _, _ in ratios}) == len(SERIES)
    assert {value for _, _, value in ratios} == {"1.3181"}


def test_action_benchmark_has_every_row_with_all_its_digits():
    """It takes entries of one name for one series."""
    [text] = texts("action_benchmark")
    entries = [entry for entry in json.loads(text) if entry["unit"] == "ratio"]
    assert len({entry["name"] for entry in entries}) == len(SERIES)
    assert [entry["value"] for entry in entries] == [pytest.approx(1.3181)] * len(SERIES)
    assert entries[0]["range"] == "1.3181..1.3181"


@pytest.mark.parametrize("name", ["junit", "csv", "pytest_benchmark", "benchstat"])
def test_every_other_file_names_its_rows_apart(name):
    """Cases, columns, benchmarks and lines."""
    text = texts(name)[-1]
    if name == "junit":
        [suite] = ET.fromstring(text)  # noqa: S314  written here
        rows = [(case.get("classname"), case.get("name")) for case in suite if case.get("classname") != "gate"]
    elif name == "csv":
        rows = next(csv.reader(StringIO(text)))[2:]
    elif name == "pytest_benchmark":
        rows = [row["fullname"] for row in json.loads(text)["benchmarks"]]
    else:
        lines = {line.split()[0] for line in text.splitlines() if line.startswith("Benchmark")}
        assert len(lines) == len(NAMES)
        return
    assert len(rows) == len(set(rows)) == len(SERIES)
