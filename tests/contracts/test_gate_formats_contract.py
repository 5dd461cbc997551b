"""What every format of the gate owes: files for any outcome, always the same, with neither markup nor secrets."""

import csv
import json
import math
import random
import xml.etree.ElementTree as ET
from functools import cache
from io import StringIO

import pytest

from overlap.harness import registry
from overlap.harness.gate.judge import judge
from overlap.harness.gate.record import (
    Arm,
    Control,
    GateOutcome,
    GateRule,
    GateRun,
    JudgedSeries,
    Missing,
    RoundPair,
    Series,
)
from overlap.harness.gate.telling import FORMATS, files, kinds
from overlap.harness.report.pages import FORMATS as REPORTS

NAMES = kinds()
ODD = "$x_{ $ a\"b'<b>|%&\n::error::x\r\\`#1 @me ]]> =cmd\x1b[31m \u2028,;{} ``` 端"
KEY = "sk-" + "a1b2c3d4e5f6" * 2


def series(cell, metric="overhead.p50", shift=0.0, rounds=20, kind="timed", noise=0.02, **more):
    """Make a series whose candidate is *shift* (a log ratio) slower."""
    rng = random.Random(f"{cell} {metric}")
    values = [(3e6 * math.exp(rng.gauss(0, noise)), math.exp(shift + rng.gauss(0, noise))) for _ in range(rounds)]
    pairs = [RoundPair(i, rng.choice(("BC", "CB")), base, base * ratio) for i, (base, ratio) in enumerate(values)]
    if kind == "exact":
        pairs = [RoundPair(pair.round, pair.order, 1.0, 1.0 + (shift > 0)) for pair in pairs]
    return Series(cell, metric, "ns" if kind == "timed" else "", kind, "lower", tuple(pairs), **more)


def run(*found, declared=None, **more):
    """Make a run of *found* series."""
    cells = tuple(dict.fromkeys(each.cell for each in found)) if declared is None else declared
    base, candidate = Arm("main", "main", {"commit": "1f0c6be"}), Arm(".", "this tree", {"commit": "9a774d1"})
    return GateRun(
        **({"base": base, "candidate": candidate, "rounds": 20, "took": 12.5} | more),
        rule=GateRule(),
        declared=cells,
        series=found,
    )


def odd():
    """Names, reasons and facts with everything in them that some format gives a meaning."""
    arm = Arm(ODD, ODD, {ODD: ODD, "commit": ODD, "nested": {ODD: [ODD, 3]}})
    found = (series(ODD, ODD, 0.2), series("", "", 0.0), series(ODD, "cpu", kind="exact"), series("x" * 5000))
    lost = (Missing(ODD, "both", 3, ODD),)
    return run(*found, base=arm, candidate=arm, missing=lost, disturbed={3: ODD}, time=ODD)


def unjudgeable():
    """Values that no judge should let through, told all the same."""
    odd_values = Series(
        "c", "m", "ns", "timed", "higher", (RoundPair(0, "BC", math.nan, math.inf), RoundPair(1, "CB", 0, -1))
    )
    judged = JudgedSeries(odd_values, "invalid", "", 2, math.nan, math.inf, math.inf, 0.0, math.nan, mde=math.inf)
    return GateOutcome(run(odd_values), "invalid", "", (judged,))


@cache
def outcomes():
    """Judge a run of every kind, once for all tests."""
    return {
        "passing": judge(run(series("a"), series("a", "requests_per_call", kind="exact"), series("b"))),
        "regressed": judge(run(series("a", shift=0.2), series("b"), series("c", "peak", 1, kind="exact"))),
        "improved": judge(run(series("a", shift=-0.3, rounds=40))),
        "inconclusive": judge(run(series("a", rounds=3), series("b", noise=0.3))),
        "nothing measured": judge(run()),
        "a cell is missing": judge(
            run(series("a"), declared=("a", "b"), missing=(Missing("b", "candidate", 1, "hung"),))
        ),
        "every round disturbed": judge(run(series("a"), disturbed=dict.fromkeys(range(20), "steal"))),
        "a caught slowdown": judge(run(series("a", shift=0.2), control=Control("inject", "a", 0.2))),
        "a control that alarms": judge(run(series("a", shift=0.2), control=Control("aa"))),
        "not in turn": judge(run(series("t.py::a", "median", 0.5), interleaved=False)),
        "two hundred series": judge(run(*(series(f"cell/{i}", shift=(i % 5 == 0) * 0.2) for i in range(200)))),
        "odd names": judge(odd()),
        "values that are none": unjudgeable(),
    }


def texts(name, outcome):
    """Return what a format makes of an outcome."""
    return files(outcome, name)


@cache
def told(name):
    """Return what a format makes of each of `outcomes`, made once for all tests."""
    return {kind: texts(name, outcome) for kind, outcome in outcomes().items()}


def test_there_are_outcomes_of_every_verdict():
    """Or the tests below would try less than they say."""
    assert {outcome.verdict for outcome in outcomes().values()} == {
        "pass",
        "improved",
        "regressed",
        "inconclusive",
        "invalid",
    }


@pytest.mark.parametrize("name", NAMES)
def test_any_outcome_is_told_the_same_way_twice(name):
    """A text follows from the outcome alone: no clock, no order of a set."""
    for kind, outcome in outcomes().items():
        first = told(name)[kind]
        assert first == texts(name, outcome), kind
        for file, text in first.items():
            assert "/" not in file
            assert text.endswith("\n"), (kind, file)
            text.encode()


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_what_its_name_says(name):
    """JSON and XML parse, rows of CSV are equally wide, text has no control characters."""
    for kind, file, text in [(kind, *each) for kind, made in told(name).items() for each in made.items()]:
        if file.endswith(".json"):
            json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
        elif file.endswith(".xml"):
            ET.fromstring(text)  # noqa: S314  written here
        elif file.endswith(".csv"):
            assert len({len(row) for row in csv.reader(StringIO(text)) if row}) == 1, kind
        else:
            assert not [letter for letter in text if letter < " " and letter != "\n"], kind


@pytest.mark.parametrize("name", NAMES)
def test_neither_a_path_of_the_machine_nor_a_key_is_told(name):
    """Reasons come from anywhere: what they say of this machine stays here."""
    where = f"no module at /home/somebody/private/app.py, OPENAI_API_KEY={KEY}"
    arm = Arm("/home/somebody/private", "/home/somebody/private", {"commit": "1f0c6be", "python": where})
    outcome = judge(
        run(
            series("a", shift=0.2),
            series(f"/home/somebody/private::{KEY}"),
            base=arm,
            missing=(Missing("a", "both", 1, where),),
            disturbed={1: where},
            time=where,
            environment={"python": where, "cpu": where},
        )
    )
    for text in texts(name, outcome).values():
        assert "somebody" not in text
        assert KEY not in text


def test_no_two_formats_write_the_same_file():
    """All of them may be asked for at once."""
    files = [file for name in NAMES for file in told(name)["regressed"]]
    assert len(set(files)) == len(files)


@pytest.mark.parametrize("name", NAMES)
def test_a_format_says_in_a_line_what_it_is(name):
    """The line is what `overlap list` shows."""
    folder = FORMATS if name in registry.names(FORMATS) else REPORTS
    assert registry.help_text(folder, name).endswith(".")


LOOK_ALIKE = ("t.py::f[\\xfcn\\xef]", "t.py::f[\\xe4bc\\xef]", "t.py::f[x]", "/home/a/t.py::f[x]", "t.py::f [x]")


# How many rows each of the formats that go by names has the names of.
NAMED = {
    "bencher": json.loads,
    "openmetrics": lambda text: {each for each in text.splitlines() if each.startswith("overlap_gate_ratio{")},
    "benchstat": lambda text: {each.split()[0] for each in text.splitlines() if each.startswith("Benchmark")},
    "pytest_benchmark": lambda text: {each["fullname"] for each in json.loads(text)["benchmarks"]},
    "junit": lambda text: {each.get("classname") for each in ET.fromstring(text).iter("testcase")} - {"gate"},  # noqa: S314  our own
    "action_benchmark": lambda text: {each["name"].rpartition(" overhead")[0] for each in json.loads(text)},
    "csv": lambda text: (
        {row[0] for row in csv.reader(StringIO(text)) if row[1].startswith("overhead")}
        or set(next(csv.reader(StringIO(text)))[2:])
    ),
}


@pytest.mark.parametrize("name", NAMED)
def test_rows_whose_names_look_alike_stay_as_many_rows(name):
    """Letters that pytest escapes are no paths; names that differ in what is not shown are told apart."""
    outcome = judge(run(*(series(cell) for cell in LOOK_ALIKE)))
    for file, text in files(outcome, name).items():
        assert len(NAMED[name](text)) == len(LOOK_ALIKE), file
        assert "e4bc" in text, file


@pytest.mark.parametrize("name", NAMED)
def test_rows_of_one_cell_have_one_name(name):
    """Two metrics of a cell are not taken for two cells."""
    outcome = judge(run(series("t.py::f[x]"), series("t.py::f[x]", metric="overhead.p95")))
    for file, text in files(outcome, name).items():
        assert "(2)" not in text, file
        assert "_2 " not in text, file
