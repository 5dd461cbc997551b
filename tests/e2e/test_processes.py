"""An open loop that several worker processes share out, from the command line."""

import pytest
from click.testing import CliRunner

from overlap.harness.cli import main
from overlap.harness.store import run_files

OPEN = ("--clients", "floor", "--strategies", "gather_bounded", "--arrivals", "constant,rate=100", "--calls", "20")


SEARCH = ("slo", "--slo", "e2e=9", "--share", "0.5", "--least", "100", "--most", "150", "--duration", "0.2")


@pytest.mark.parametrize("command", [("bench",), SEARCH])
def test_calls_are_shared_out_and_the_books_balance(command, tmp_path):
    """Two workers, each with warm-up calls of its own: every call is made once and found in the journal."""
    words = (*OPEN, "--processes", "2", "--rounds", "1", "--calibrate", "0", "--results", str(tmp_path))
    done = CliRunner().invoke(main, [*command, "strategies", *words])
    assert done.exit_code == 0, done.output
    run = run_files.read(tmp_path / "latest")
    balance = run.about.balance
    assert balance.faults == ()
    assert balance.made == balance.joined == balance.entries == len(run.calls)
    assert {slot.processes for slot in run.slots} == {2}
    for slot in run.slots:
        made = [call for call in run.calls if call.round == slot.round]
        assert sum(call.warmup for call in made) == 2 * min(64, slot.made)
        assert sum(not call.warmup for call in made) == slot.made
    assert "2 processes shared the calls out." in " ".join(done.output.split())


def test_what_one_process_makes_alone_says_nothing_of_it(tmp_path):
    """The usual case stays as it was."""
    words = (*OPEN, "--rounds", "1", "--calibrate", "0", "--results", str(tmp_path))
    done = CliRunner().invoke(main, ["bench", "strategies", *words])
    assert done.exit_code == 0, done.output
    assert [slot.processes for slot in run_files.read(tmp_path / "latest").slots] == [None]
    assert "processes shared" not in done.output
