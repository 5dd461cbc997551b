"""How a run ends, whatever it measures: what ended it early is its state, and is told in a sentence."""

import signal
from types import SimpleNamespace

import pytest

from overlap.harness.bench.stage import RunEnding, RunStage
from overlap.harness.bench.worker_process import WorkerFailure
from overlap.harness.host import interrupt
from overlap.harness.mock.control import ServerLost
from overlap.harness.mock.process import ServerNotReady
from overlap.harness.remote.visit import VisitStopped
from overlap.harness.store.run_files import Unwritten


class Ledger:
    """Keeps the state it is told, unless the disk is *full*."""

    def __init__(self, faults=(), *, full=False):
        self.balance = SimpleNamespace(faults=list(faults))
        self.reasons = ["a slot is missing"]
        self.full, self.kept = full, None

    def state(self, state, reason):
        """Keep them."""
        if self.full:
            raise Unwritten("run.json", OSError(28, "No space left on device"))
        self.kept = (state, reason)


def stage(tmp_path, ledger):
    """Return a run that goes on, without servers and workers."""
    return RunStage(None, tmp_path, None, ledger, None, (), ["a note"])


@pytest.mark.parametrize(
    ("wrong", "state", "reason"),
    [
        (None, "finished", None),
        (KeyboardInterrupt(), "interrupted", "interrupted by Ctrl-C"),
        (ServerLost("the server died"), "failed", "the server died"),
        (ServerNotReady("no port"), "failed", "no port"),
        (WorkerFailure("the worker died"), "failed", "the worker died"),
        (VisitStopped("the budget is spent"), "stopped", "the budget is spent"),
    ],
)
def test_what_ends_a_run_early_is_its_state_and_is_written_down(tmp_path, wrong, state, reason):
    """One mapping for a run and for a search; the outcome tells the reason first."""

    def work():
        if wrong:
            raise wrong

    ledger = Ledger()
    run = stage(tmp_path, ledger)
    ending = run.measure(work)
    run.close(ending)
    assert ledger.kept == (ending.state, ending.reason) == (state, reason)
    outcome = run.outcome(ending, ["all calls failed"])
    assert outcome.faults == (*filter(None, [reason]), "a slot is missing", "all calls failed")
    assert (outcome.folder, outcome.state, outcome.notes) == (tmp_path, state, ("a note",))


def test_a_run_whose_books_do_not_balance_has_failed(tmp_path):
    """Though it came to its end; one that was interrupted stays so."""
    for state, becomes in (("finished", "failed"), ("interrupted", "interrupted")):
        ledger = Ledger(["a call is missing"])
        stage(tmp_path, ledger).close(RunEnding(state))
        assert ledger.kept == (becomes, None)


def test_where_even_the_state_has_no_room_the_reason_says_so(tmp_path):
    """Who reads run.json would take the run for one that still goes on."""
    ending = RunEnding("interrupted", "interrupted by SIGTERM")
    stage(tmp_path, Ledger(full=True)).close(ending)
    assert ending.reason.startswith("interrupted by SIGTERM; and run.json still says that it runs: ")


def test_a_signal_that_was_noted_before_ends_the_work_at_once(tmp_path):
    """It came while the run was prepared: nothing is measured, and the signal is named."""
    began = []
    with interrupt.catching(), interrupt.held():
        signal.raise_signal(signal.SIGTERM)
        ending = stage(tmp_path, Ledger()).measure(lambda: began.append(1))
    assert (ending.state, ending.reason, began) == ("interrupted", "interrupted by SIGTERM", [])


def test_a_mistake_of_ours_is_not_taken_for_an_end(tmp_path):
    """What nobody has thought of is raised, and not told as a failed run."""

    def work():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stage(tmp_path, Ledger()).measure(work)
