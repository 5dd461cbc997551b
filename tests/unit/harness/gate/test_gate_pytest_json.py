"""Files of pytest-benchmark, read and compared: what they say, and what two of them cannot say."""

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from overlap.harness.cli import main
from overlap.harness.gate import view
from overlap.harness.gate.judge import judge
from overlap.harness.gate.pytest_json import rows, two
from overlap.harness.text.mistakes import Mistake

MACHINE = {"system": "Linux", "machine": "x86_64", "node": "secret-host", "cpu": {"brand_raw": "Xeon", "count": 2}}


def stored(path, medians, at="2026-11-20T10:00:00+00:00", machine=None, **more):
    """Write a file as pytest-benchmark does, with *medians* in seconds by full name."""
    found = [
        {
            "name": name.partition("::")[2],
            "fullname": name,
            "stats": {"median": median, "data": [median, median * 1.1]},
        }
        for name, median in medians.items()
    ]
    path.parent.mkdir(exist_ok=True)
    whole = {"machine_info": machine or MACHINE, "commit_info": {"id": "1f0c", "dirty": False}, "version": "5.3.1"}
    path.write_text(json.dumps(whole | {"benchmarks": found, "datetime": at} | more))
    return path


def side(folder, medians, times):
    """Write one file for each of *times*, which are minutes past ten."""
    for number, (median, minute) in enumerate(zip(medians, times, strict=True)):
        stored(folder / f"{number:04}.json", {"t.py::a": median}, f"2026-11-20T10:{minute:02}:00+00:00")
    return folder


def test_a_row_has_its_name_its_median_and_its_machine(tmp_path):
    """Seconds, as they stand in the file."""
    [row] = rows(stored(tmp_path / "a.json", {"t.py::a[1]": 0.002}))
    assert (row.name, row.median, row.data) == ("t.py::a[1]", 0.002, (0.002, 0.0022))
    other = {**MACHINE, "node": "other-host"}
    assert rows(stored(tmp_path / "b.json", {"t.py::a[1]": 0.002}, machine=other))[0].machine == row.machine
    slower = {**MACHINE, "cpu": {"brand_raw": "Atom", "count": 2}}
    assert rows(stored(tmp_path / "c.json", {"t.py::a[1]": 0.002}, machine=slower))[0].machine != row.machine


def test_data_may_be_left_out(tmp_path):
    """`--benchmark-save` keeps none."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"benchmarks": [{"fullname": "a", "stats": {"median": 1}}]}))
    [row] = rows(path)
    assert (row.median, row.data, row.machine) == (1.0, (), "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "cannot read a.json: not JSON"),
        ("[" * 100_000, "cannot read a.json: not JSON"),
        ("\xff\xfe", "cannot read a.json: not JSON"),
        ("[]", "a.json is no file of pytest-benchmark: it has no list of benchmarks"),
        ('{"schema": "overlap-gate/1"}', "a.json is no file of pytest-benchmark: it has no list of benchmarks"),
        ('{"benchmarks": [3]}', "benchmark 1 of a.json has no name"),
        ('{"benchmarks": [{"name": "a"}]}', "benchmark 1 of a.json has no median that is a time above zero"),
        ('{"benchmarks": [{"name": "a", "stats": {"median": 0}}]}', "benchmark 1 of a.json has no median that is"),
        (
            '{"benchmarks": [{"name": "a", "stats": {"median": NaN}}]}',
            "benchmark 1 of a.json has no median that is",
        ),
        (
            '{"benchmarks": [{"name": "a", "stats": {"median": true}}]}',
            "benchmark 1 of a.json has no median that is",
        ),
    ],
)
def test_another_file_is_refused_in_a_line(tmp_path, text, why):
    """The line names the file, never its folder, and what is wrong with it."""
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(Mistake) as raised:
        rows(path)
    assert str(raised.value).startswith(why)
    assert str(tmp_path) not in str(raised.value)
    assert "\n" not in str(raised.value)


def test_two_rows_of_one_name_are_refused(tmp_path):
    """Nobody could know which is meant."""
    path = stored(tmp_path / "a.json", {"a": 1.0})
    found = json.loads(path.read_text())
    path.write_text(json.dumps(found | {"benchmarks": found["benchmarks"] * 2}))
    with pytest.raises(Mistake, match="two benchmarks of the name 'a'"):
        rows(path)


def test_a_file_that_is_not_there_is_a_mistake(tmp_path):
    """As is a folder without one, or a pattern that nothing fits."""
    for path in (tmp_path / "a.json", tmp_path, tmp_path / "*.json"):
        with pytest.raises(Mistake, match="no file of pytest-benchmark"):
            two(path, path)


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [(1.0, "pass"), (1.08, "pass"), (1.15, "regressed"), (3.0, "regressed"), (0.5, "improved")],
)
def test_two_files_are_judged_by_a_wide_margin(tmp_path, ratio, verdict):
    """One process a side: only what the drift of a machine cannot explain is called a change."""
    base = stored(tmp_path / "a.json", {"t.py::a": 0.002})
    told = judge(two(base, stored(tmp_path / "b.json", {"t.py::a": 0.002 * ratio})))
    assert told.verdict == verdict
    assert any("not measured in turn" in doubt for doubt in told.doubts)
    [judged] = told.judged
    assert judged.ratio == pytest.approx(ratio)
    assert judged.low < 0.93 * ratio < 1.07 * ratio < judged.high
    assert "1 process a side" in judged.why


def test_the_margin_grows_with_the_number_of_rows(tmp_path):
    """Of thirty rows one is 15 % off by drift alone soon enough."""
    names = [f"t.py::{i}" for i in range(30)]
    base = stored(tmp_path / "a.json", dict.fromkeys(names, 0.002))
    candidate = stored(tmp_path / "b.json", dict.fromkeys(names, 0.002) | {"t.py::3": 0.0023})
    told = judge(two(base, candidate))
    assert told.verdict == "inconclusive"
    assert [each.series.cell for each in told.judged if each.verdict != "pass"] == ["t.py::3"]


def test_more_iterations_in_a_file_are_no_more_rounds(tmp_path):
    """They share a process; a file with a million of them is one round."""
    base = stored(tmp_path / "a.json", {"a": 0.002})
    found = json.loads(base.read_text())
    found["benchmarks"][0]["stats"]["data"] = [0.002] * 10_000
    more = tmp_path / "b.json"
    more.write_text(json.dumps(found))
    first, second = (judge(two(base, path)).judged[0] for path in (base, more))
    assert (first.rounds, first.low, first.high) == (second.rounds, second.low, second.high)
    assert second.rounds == 1


def test_files_written_in_turn_are_rounds(tmp_path):
    """Twelve pairs, each measured within two minutes: judged like any gate run, with its error rates."""
    minutes = range(0, 48, 4)
    base = side(tmp_path / "base", [0.002 * (1 + 0.01 * math.sin(i)) for i in range(12)], minutes)
    late = [minute + (1 if minute % 8 else 2) for minute in minutes]
    candidate = side(tmp_path / "candidate", [0.0022 * (1 + 0.01 * math.cos(i)) for i in range(12)], late)
    run = two(base, candidate)
    assert run.interleaved
    told = judge(run)
    assert told.verdict == "regressed"
    assert told.doubts == ()
    assert (told.judged[0].rounds, told.judged[0].e_slower is None) == (12, False)


def test_the_order_within_a_pair_is_that_of_the_clock(tmp_path):
    """Whichever was written first is told first."""
    run = two(side(tmp_path / "b", [1, 1, 1], [0, 5, 8]), side(tmp_path / "c", [1, 1, 1], [1, 4, 9]))
    assert [pair.order for pair in run.series[0].pairs] == ["BC", "CB", "BC"]
    assert run.interleaved


@pytest.mark.parametrize(
    "times", [[20, 21, 22, 23], [0, 2, 4, 6], [1, 2, 3, 7]], ids=["one after the other", "the same", "overlapping"]
)
def test_files_that_were_not_written_in_turn_are_no_rounds(tmp_path, times):
    """Twenty files on either side of a machine's drift do not show the drift."""
    run = two(side(tmp_path / "b", [1] * 4, [0, 2, 4, 6]), side(tmp_path / "c", [1.2] * 4, times))
    assert not run.interleaved
    assert "4 processes a side" in judge(run).judged[0].why


def test_a_row_on_one_side_only_is_a_doubt_and_the_rest_is_judged(tmp_path):
    """Whoever adds a benchmark in a pull request must not have the job fail for it, nor hide a slowdown by it."""
    base = stored(tmp_path / "a.json", {"a": 1.0, "gone": 1.0})
    told = judge(two(base, stored(tmp_path / "b.json", {"a": 1.0, "new": 1.0, "newer": 1.0})))
    assert told.verdict == "pass"
    assert [each.series.cell for each in told.judged] == ["a"]
    assert told.doubts[:2] == (
        "2 benchmarks are only in the candidate: there is nothing to compare them with: new and newer.",
        "1 benchmark is only in the base: it cannot be compared: gone.",
    )
    slower = judge(two(base, stored(tmp_path / "c.json", {"a": 2.0, "new": 1.0})))
    assert (slower.verdict, slower.exit_code) == ("regressed", 1)
    assert slower.doubts[0].startswith("1 benchmark is only in the candidate: there is nothing to compare it with")


def test_files_without_a_row_in_common_are_invalid(tmp_path):
    """Nothing was compared, so that nothing passes."""
    told = judge(two(stored(tmp_path / "a.json", {"a": 1.0}), stored(tmp_path / "b.json", {"b": 1.0})))
    assert (told.verdict, told.why) == ("invalid", "no benchmark on both sides can be judged")


def test_a_row_in_some_of_the_files_is_a_doubt(tmp_path):
    """Of five pairs, those that have it would be a selection."""
    left, right = (side(tmp_path / name, [1] * 4, [0, 2, 4, 6]) for name in "bc")
    stored(left / "0004.json", {"t.py::a": 1.0, "t.py::b": 1.0}, "2026-11-20T10:50:00+00:00")
    stored(right / "0004.json", {"t.py::a": 1.0, "t.py::b": 1.0}, "2026-11-20T10:51:00+00:00")
    told = judge(two(left, right))
    assert [each.series.cell for each in told.judged] == ["t.py::a"]
    assert "1 benchmark is not in every file: it cannot be compared: t.py::b." in told.doubts


def test_a_row_of_a_single_round_fails_no_job(tmp_path):
    """One call of 11 µs says nothing of its noise: it is named, and neither passes nor fails."""
    base = stored(tmp_path / "a.json", {"a": 1.0, "once": 1.1e-5})
    candidate = stored(tmp_path / "b.json", {"a": 1.0, "once": 2.2e-5})
    for path in (base, candidate):
        found = json.loads(path.read_text())
        found["benchmarks"][1]["stats"] |= {"rounds": 1, "data": found["benchmarks"][1]["stats"]["data"][:1]}
        path.write_text(json.dumps(found))
    told = judge(two(base, candidate))
    assert told.verdict == "pass"
    note = "1 benchmark is of a single round on one side, whose noise is unknown: it cannot be judged: once."
    assert note in told.doubts
    assert told.judged[0].why.endswith("1 process a side, not in turn, of 2 rounds or more each")


def test_files_from_two_machines_are_not_compared(tmp_path):
    """A faster processor is no improvement of the code; the first line says which machines."""
    base = stored(tmp_path / "a.json", {"a": 1.0})
    other = stored(tmp_path / "b.json", {"a": 2.0}, machine={**MACHINE, "cpu": {"brand_raw": "Atom", "count": 2}})
    told = judge(two(base, other))
    assert told.verdict == "invalid"
    assert told.run.disturbed == {0: "a.json and b.json come from different machines (cpu Xeon and Atom)"}
    assert (
        view.answer(told) == "no round counts: a.json and b.json come from different machines (cpu Xeon and Atom)"
    )


def test_different_pythons_are_a_doubt(tmp_path):
    """The difference may be theirs; the numbers are compared all the same."""
    old, new = ({**MACHINE, "python_version": version} for version in ("3.11.7", "3.13.0"))
    base, other = (stored(tmp_path / f"{i}.json", {"a": 1.0}, machine=each) for i, each in enumerate((old, new)))
    told = judge(two(base, other))
    assert told.verdict == "pass"
    assert told.doubts[0] == "The base was measured with Python 3.11.7, the candidate with Python 3.13.0."
    assert not any("was measured with" in doubt for doubt in judge(two(base, base)).doubts)


def test_what_is_told_of_a_side_names_no_host_and_no_folder(tmp_path):
    """Commit, time and versions; a report may be public."""
    path = stored(tmp_path / "a.json", {"a": 1.0})
    run = two(path, path)
    assert run.base.facts["commit"] == "1f0c"
    assert "secret-host" not in str(run)
    assert str(tmp_path) not in str(run)


def test_sides_of_the_same_name_are_told_apart_by_their_folders(tmp_path):
    """`main/run.json` and `tree/run.json` are not both `run.json`."""
    run = two(
        stored(tmp_path / "main" / "run.json", {"a": 1.0}), stored(tmp_path / "tree" / "run.json", {"a": 1.0})
    )
    assert (run.base.label, run.candidate.label) == ("main/run.json", "tree/run.json")


def test_a_pattern_names_several_files(tmp_path):
    """As does a folder, however deep pytest-benchmark keeps its own in it."""
    deep = side(tmp_path / "Linux-CPython", [1, 2, 3], [0, 1, 2])
    for path in (tmp_path, deep, deep / "000[0-9].json", Path(f"{tmp_path}/**/*.json")):
        assert two(path, path).rounds == 3


@pytest.mark.parametrize(("factor", "verdict"), [(2.0, "regressed"), (0.4, "improved"), (1.0, "pass")])
def test_a_quiet_verdict_is_said_once(tmp_path, factor, verdict):
    """In one line, by two files as by a replay."""
    files = [stored(tmp_path / f"{i}.json", {"a": 1.0 * factor**i}) for i in range(2)]
    done = CliRunner().invoke(main, ["gate", *map(str, files), "--quiet", "--out", str(tmp_path / "out")])
    again = CliRunner().invoke(main, ["gate", "--replay", str(tmp_path / "out" / "gate.json"), "--quiet"])
    for each in (done, again):
        assert each.output.count("\n") == 1
        assert each.output.startswith(f"{verdict}: ")
        assert each.output.count(verdict) == 1
