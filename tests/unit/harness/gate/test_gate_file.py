"""A gate run's file: what is written can be judged again, and what is no such file is refused in one line."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlap.harness.gate.file import as_json, read, run_from, write
from overlap.harness.gate.judge import judge
from overlap.harness.gate.record import Arm, Control, GateRule, GateRun, Missing, RoundPair, Series
from overlap.harness.text.mistakes import Mistake

PAIRS = tuple(RoundPair(i, "BC", 3e6 + i, 3e6 - i, "steal" if i == 2 else None) for i in range(9))
RUN = GateRun(
    base=Arm("main", "main", {"commit": "abc", "packages": {"openai": "3.52"}}),
    candidate=Arm(".", "worktree"),
    rule=GateRule(alpha=0.01),
    declared=("chain gather",),
    series=(
        Series("chain gather", "overhead.p50", "ns", "timed", "lower", PAIRS, 200),
        Series("chain gather", "requests", "", "exact", "neither", (RoundPair(0, "CB", 1.0, 1.0),)),
    ),
    seed=11,
    missing=(Missing("chain batch", "candidate", 2, "no such strategy"),),
    control=Control("inject", "chain gather", 0.05),
    interrupted=True,
    rounds=9,
    disturbed={2: "steal"},
    environment={"cores": 2, "load": None},
    time="2026-11-20T19:00:00+0000",
    took=412.5,
)
numbers = st.floats(0.001, 1e12)
pairs = st.builds(
    RoundPair, st.integers(0, 99), st.sampled_from(["BC", "CB"]), numbers, numbers, st.none() | st.text()
)


def test_what_was_written_is_read_and_judged_the_same(tmp_path):
    """Every field comes back, so the outcome computed from the file is the outcome."""
    path = tmp_path / "new" / "gate.json"
    write(judge(RUN), path)
    assert read(path) == RUN
    assert judge(read(path)) == judge(RUN)
    assert [each.name for each in path.parent.iterdir()] == ["gate.json"]


@given(st.lists(pairs, max_size=5))
def test_any_rounds_come_back_to_the_last_bit(several):
    """A verdict may hang on the last digit."""
    run = replace(RUN, series=(replace(RUN.series[0], pairs=tuple(several)),))
    assert run_from(json.loads(json.dumps(as_json(judge(run))))) == run


def test_the_outcome_in_the_file_is_for_readers_alone(tmp_path):
    """Whoever edits the verdict in the file has not changed the verdict."""
    path = tmp_path / "gate.json"
    write(judge(RUN), path)
    found = json.loads(path.read_text())
    assert found["outcome"]["verdict"] == judge(RUN).verdict
    assert found["outcome"]["judged"][0]["e_pass"] == judge(RUN).judged[0].e_pass
    found["outcome"] = {"verdict": "pass"}
    path.write_text(json.dumps(found))
    assert judge(read(path)) == judge(RUN)


@pytest.mark.parametrize(
    "change",
    [
        lambda found: found["run"].update(seed=8),
        lambda found: found["run"]["rule"].update(alpha=0.5),
        lambda found: found["run"]["series"][0]["pairs"].pop(),
        lambda found: found["run"]["series"][0]["pairs"][0].update(base=2.5),
        lambda found: found.pop("digest"),
    ],
    ids=["seed", "rule", "a round short", "value", "no digest"],
)
def test_a_run_that_was_changed_on_file_is_refused(tmp_path, change):
    """No verdict can rest on it; the line says why. Laid out anew, it is what it was."""
    path = tmp_path / "gate.json"
    write(judge(RUN), path)
    found = json.loads(path.read_text())
    path.write_text(json.dumps(found))
    assert read(path) == RUN
    change(found)
    path.write_text(json.dumps(found))
    with pytest.raises(Mistake, match="changed since it was written"):
        read(path)


def test_a_run_of_schema_1_has_no_digest_and_is_read(tmp_path):
    """It is of a time when there were none."""
    path = tmp_path / "gate.json"
    path.write_text(json.dumps(as_json(judge(RUN)) | {"schema": "overlap-gate/1"}))
    assert read(path).base == RUN.base


def test_a_file_of_a_version_that_knows_more_and_is_of_the_same_schema_is_read():
    """An unknown field was not needed for the verdict; one with a default may be absent."""
    found = json.loads(json.dumps(as_json(judge(RUN))))
    found["run"]["mood"] = "good"
    found["run"]["rule"]["luck"] = 3
    del found["run"]["took"]
    assert run_from(found) == replace(RUN, took=None)


def changed(**places):
    """The file's JSON with some things replaced, by dotted place."""
    found = json.loads(json.dumps(as_json(judge(RUN))))
    for place, value in places.items():
        *path, last = place.split("__")
        at = found
        for key in path:
            at = at[int(key) if isinstance(at, list) else key]
        at[last] = value
    return found


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ([], "not a gate run"),
        ({}, "not a gate run"),
        (None, "not a gate run"),
        ({"schema": "overlap-run/3"}, "not a gate run"),
        ({"schema": "overlap-gate/x"}, "not a gate run"),
        ({"schema": "overlap-gate/99"}, "of schema overlap-gate/99, and this version reads overlap-gate/2"),
        ({"schema": "overlap-gate/1"}, "run is not there"),
        ({"schema": "overlap-gate/1", "run": 3}, "run is no record"),
        ({"schema": "overlap-gate/1", "run": {}}, "run.base is not there"),
        (changed(run__series__0__pairs__0__base="fast"), r"run.series\[0\].pairs\[0\].base cannot be \"fast\""),
        (changed(run__rule__noise=None), "run.rule.noise cannot be null"),
        (changed(run__rule__noise=float("nan")), "run.rule.noise must lie between 0 and 9, not nan"),
        (changed(run__series__0__pairs__0__base=True), r"pairs\[0\].base cannot be true"),
        (changed(run__series__0__kind="vague"), r"run.series\[0\].kind cannot be \"vague\""),
        (changed(run__series={"a": 1}), "run.series cannot be"),
        (changed(run__disturbed={"x": "y"}), "run.disturbed has 'x' where a number is due"),
        (changed(run__rule__alpha=0), "run.rule.alpha must lie between 0 and 1, not 0"),
        (changed(run__rule__max_rounds=0), "run.rule.max_rounds must be at least 1, not 0"),
    ],
)
def test_what_is_no_gate_run_is_refused_by_the_place_that_is_wrong(found, message):
    """One line, for whoever made the file."""
    with pytest.raises(Mistake, match=message) as wrong:
        run_from(found)
    assert "\n" not in str(wrong.value)


@pytest.mark.parametrize(
    "text", ["", "{", '{"schema": "overlap-gate/1", "run": {"base"', "[" * 100_000, "NaN", "\0"]
)
def test_a_truncated_file_is_refused_with_its_name(tmp_path, text):
    """What a full disk leaves is no run."""
    path = tmp_path / "gate.json"
    path.write_text(text)
    with pytest.raises(Mistake, match=r"gate\.json"):
        read(path)


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path):
    """One line, and no traceback."""
    with pytest.raises(Mistake, match="cannot read"):
        read(tmp_path / "gone.json")
    (tmp_path / "x").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Mistake, match="cannot read"):
        read(tmp_path / "x")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_a_value_that_is_no_number_is_null_on_file_and_as_invalid_as_before(tmp_path, value):
    """No reader of JSON would take it; losing the whole run's file for one value helps nobody."""
    path = tmp_path / "gate.json"
    broken = replace(
        RUN, missing=(), series=(replace(RUN.series[0], pairs=(*PAIRS, RoundPair(9, "BC", 1.0, value))),)
    )
    write(judge(broken), path)
    found = judge(read(path))
    assert json.loads(path.read_text())["run"]["series"][0]["pairs"][9]["candidate"] is None
    assert (found.verdict, found.why) == (judge(broken).verdict, judge(broken).why)
    assert found.judged[0].verdict == "invalid"


def test_a_file_with_words_that_are_not_json_is_refused(tmp_path):
    """Some writers put Infinity there; it would be a number that is none."""
    path = tmp_path / "gate.json"
    write(judge(RUN), path)
    path.write_text(path.read_text().replace("3000000.0", "Infinity", 1))
    with pytest.raises(Mistake, match="Infinity is no number"):
        read(path)


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    """The folder is a file: one line, nothing left behind."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Mistake, match=r"^cannot write .*gate\.json: File exists$"):
        write(judge(RUN), tmp_path / "file" / "gate.json")
