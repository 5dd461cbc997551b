"""Ledgers on file: written and read back, and which verdicts count as changed."""

import tomllib

import orjson
import pytest

from overlap.harness.claims import ledger
from overlap.harness.store.run_files import Unreadable


def test_a_ledger_is_read_as_it_was_written(tmp_path, make_ledger, make_finding):
    """From its folder, or from the file itself."""
    written = make_ledger(make_finding(), make_finding(id="C4", verdict=None, error="it died"))
    ledger.write(tmp_path, written)
    assert ledger.read(tmp_path) == written
    assert ledger.read(tmp_path / "claims.json") == written


@pytest.mark.parametrize("content", [b"", b"{}", b'{"kind": "claims", "format": 99}', b'{"kind": "bench"}'])
def test_what_is_no_ledger_is_said_to_be_none(tmp_path, content):
    """Broken, of another kind, or of a later format."""
    (tmp_path / "claims.json").write_bytes(content)
    with pytest.raises(Unreadable, match="no ledger of claims"):
        ledger.read(tmp_path)


def test_a_folder_without_a_ledger_is_said_to_have_none(tmp_path):
    """Such as that of a bench run."""
    with pytest.raises(Unreadable, match="no ledger of claims"):
        ledger.read(tmp_path)


@pytest.mark.parametrize(
    ("verdict", "recorded", "changed"),
    [
        ("false", "false", False),
        ("holds", "false", True),
        ("holds", None, False),
        ("not judged", "false", False),
        (None, "false", False),
    ],
)
def test_a_verdict_is_changed_where_there_are_two_and_they_differ(make_finding, verdict, recorded, changed):
    """What could not be judged has not changed, nor has what was never recorded."""
    assert make_finding(verdict=verdict, recorded=recorded).changed is changed


def test_recorded_verdicts_are_spelled_in_the_order_of_the_claims():
    """As TOML that says on which versions."""
    packages = {"langchain-core": "1.7.2", "langchain-openai": "1.7.3", "openai": "3.52.0"}
    said = ledger.spelled({"C10": "holds", "C2": "false"}, packages)
    assert "langchain-core 1.7.2" in said.splitlines()[0]
    assert list(tomllib.loads(said)["verdicts"].items()) == [("C2", "false"), ("C10", "holds")]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"took": "long"}, 'findings[0].took cannot be "long"'),
        ({"seeds": "12"}, 'findings[0].seeds cannot be "12"'),
        ({"verdict": 3}, "findings[0].verdict cannot be 3"),
    ],
)
def test_a_finding_with_a_value_of_another_type_is_refused_by_its_place(
    tmp_path, make_ledger, make_finding, changes, message
):
    """Letters of a text were taken for seeds; a time that is a text failed in the report."""
    ledger.write(tmp_path, make_ledger(make_finding()))
    content = orjson.loads((tmp_path / ledger.FILE).read_bytes())
    content["findings"][0] |= changes
    (tmp_path / ledger.FILE).write_bytes(orjson.dumps(content))
    with pytest.raises(Unreadable) as wrong:
        ledger.read(tmp_path)
    assert str(wrong.value) == f"{tmp_path} holds no ledger of claims that can be read: {message}"


def test_what_a_newer_version_says_beside_it_is_passed_over(tmp_path, make_ledger, make_finding):
    """As in a run's files."""
    written = make_ledger(make_finding())
    ledger.write(tmp_path, written)
    content = orjson.loads((tmp_path / ledger.FILE).read_bytes())
    content["findings"][0]["mood"] = content["mood"] = "good"
    (tmp_path / ledger.FILE).write_bytes(orjson.dumps(content))
    assert ledger.read(tmp_path) == written
