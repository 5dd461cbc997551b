"""The proof's own machinery: a line that is not kept is seen, told and fails the command."""

import pytest

from overlap.harness import registry
from overlap.harness.proof import __main__ as proof
from overlap.harness.proof.row import ProofRow, markdown, share_within
from overlap.harness.proof.running import CHECKS

MISSED = ProofRow("total time", "1,500 ms", "1,500 ms", "4,500 ms", kept=False)


def test_a_line_that_is_not_kept_makes_the_exit_code_1(monkeypatch, capsys, tmp_path):
    """And stands in the table with a plain NO."""
    monkeypatch.setattr(proof, "groups_of", lambda *_: iter([("A planted error", [MISSED], 0.0)]))
    assert proof.main(["--write", str(tmp_path / "PROOF.md")]) == 1
    assert "NO" in capsys.readouterr().out
    assert "**no**" in (tmp_path / "PROOF.md").read_text()


def test_all_kept_is_exit_code_0(monkeypatch):
    """The other side of it."""
    kept = share_within("share", "a coin", 50, 100, (0.4, 0.6))
    monkeypatch.setattr(proof, "groups_of", lambda *_: iter([("A coin", [kept], 0.0)]))
    assert proof.main([]) == 0


def test_a_share_outside_its_bounds_is_not_kept():
    """On both sides."""
    assert not share_within("", "", 39, 100, (0.4, 0.6)).kept
    assert not share_within("", "", 61, 100, (0.4, 0.6)).kept


def test_an_unknown_check_is_refused_with_what_there_is(capsys):
    """One line that names them, exit 2."""
    with pytest.raises(SystemExit, match="2"):
        proof.main(["no_such_check"])
    assert "coverage" in capsys.readouterr().err


def test_a_bar_in_a_text_ends_no_cell():
    """The table keeps its five columns."""
    row = ProofRow("a|b", "", "", "", kept=True)
    assert "a\\|b" in markdown([("t", [row])])


@pytest.mark.parametrize("name", registry.names(CHECKS))
def test_every_check_says_what_it_proves(name):
    """Its docstring is its title, and it has rows to yield."""
    check = registry.load(CHECKS, name)
    assert check.__doc__
    assert callable(check.rows)
