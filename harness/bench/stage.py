"""
Opens and closes every kind of run: its folder and ledger, servers and workers, cells, and its ending.

    with opened(…) as stage:                  creates the folder, starts the servers, draws the rounds
        ending = stage.measure(work)          records what ended it early
        stage.close(ending)                   writes the run's state
    return stage.outcome(ending)              the folder, and the faults
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from overlap.harness import registry
from overlap.harness.bench.dry_run import inspect_applications
from overlap.harness.bench.rounds import DrawnRound, Runner, Tell, rounds
from overlap.harness.bench.targets import Subject, possible, runs_under
from overlap.harness.bench.worker_process import WorkerFailure
from overlap.harness.host import interrupt
from overlap.harness.mock.control import ServerLost
from overlap.harness.mock.process import ServerNotReady
from overlap.harness.mock.processes import Servers
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import Plan, Planned, expand
from overlap.harness.remote.visit import Visit, VisitStopped
from overlap.harness.store.ledger import Ledger, begun, fresh, point_latest
from overlap.harness.store.run_files import Unwritten, Writer
from overlap.harness.text.mistakes import Mistake

DEFAULT_ROUNDS = 5
Parts = list[tuple[str, Plan]]


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """The run's folder and state, its faults, one sentence each, and further notes."""

    folder: Path
    state: str
    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class RunEnding:
    """How a run ended: its state, and the reason if it is not "finished"."""

    state: str = "finished"
    reason: str | None = None


def ended(work: Callable[[], None]) -> RunEnding:
    """
    Do *work* and return how it ended: fully, or by a signal, a full disk, or the loss of a server or worker.

    This is no context manager, because a signal that arrives while one is left would be raised outside of it.
    """
    ending = RunEnding()
    try:
        with interrupt.listening():
            work()
    except KeyboardInterrupt:
        ending.state, ending.reason = "interrupted", interrupt.reason()
    except Unwritten as full:
        ending.state, ending.reason = "failed", full.why
    except (ServerLost, ServerNotReady, WorkerFailure) as lost:
        ending.state, ending.reason = "failed", str(lost)
    except VisitStopped as stopped:
        ending.state, ending.reason = "stopped", str(stopped)
    return ending


@dataclass(slots=True)
class RunStage:
    """A run in progress."""

    config: RunConfig
    folder: Path
    servers: Servers
    ledger: Ledger
    runner: Runner
    drawn: Sequence[DrawnRound]
    notes: list[str] = field(default_factory=list)

    def measure(self, work: Callable[[], None]) -> RunEnding:
        """Do *work*, and return how it ended."""
        return ended(work)

    def close(self, ending: RunEnding) -> None:
        """Write how the run ended to run.json; if the disk is too full for that, say so in the ending's reason."""
        if ending.state == "finished" and self.ledger.balance.faults:
            ending.state = "failed"
        try:
            self.ledger.state(ending.state, ending.reason)
        except Unwritten as full:
            ending.reason = f"{ending.reason or ending.state}; and run.json still says that it runs: {full.why}"

    def outcome(self, ending: RunEnding, faults: Collection[str] = ()) -> RunOutcome:
        """Return the run's folder and state, with all its faults, *faults* last."""
        reason = [ending.reason] if ending.reason else []
        wrong = (*reason, *self.ledger.balance.faults, *self.ledger.reasons, *faults)
        return RunOutcome(self.folder, ending.state, wrong, tuple(self.notes))


@contextmanager
def opened(
    config: RunConfig, subjects: Sequence[Subject], name: str, tell: Tell, visit: Visit | None = None
) -> Iterator[RunStage]:
    """
    Open a run called *name* of *subjects*, with its rounds drawn; end everything at the end of the block.

    Signals are deferred inside the block, except while measuring. Raise `Mistake`, and leave no folder, if nothing
    can be measured as configured.
    """
    parts = [(each.title, plan) for each in subjects for plan in each.plans]
    parts = visit.parts(parts) if visit else parts
    folder = fresh(config.results, name)
    with interrupt.held():
        with begun(folder), Servers(config) as servers, Writer(folder) as writer:
            ledger = Ledger(config, folder, writer, {each.title: each.question for each in subjects})
            with Runner(config, servers, ledger, tell, visit) as runner:
                with interrupt.listening():
                    drawn = _prepared(config, parts, servers, runner, ledger)
                stage = RunStage(config, folder, servers, ledger, runner, drawn)
                yield stage
        if note := point_latest(folder):
            stage.notes.append(note)


def _prepared(
    config: RunConfig, parts: Parts, servers: Servers, runner: Runner, ledger: Ledger
) -> Sequence[DrawnRound]:
    """Start every server, inspect the applications, and draw the rounds."""
    try:
        if runner.visit:
            runner.visit.ready()
        # The servers start while the first worker imports the applications.
        for _, plan in parts:
            servers.begin(plan.profile, plan.tokens, plan.server)
        planned = _planned(config, parts, runner, ledger)
        for _, plan in parts:
            servers.ensure(plan.profile, plan.tokens, plan.server)
    except ServerNotReady as wrong:
        raise Mistake(str(wrong)) from wrong
    except registry.Unknown as unknown:
        raise Mistake(unknown.args[0]) from unknown
    if not planned:
        raise Mistake("nothing to measure: no strategy that was asked for applies")
    if runner.visit:
        planned = runner.visit.agreed(planned)
    drawn = rounds(planned, config.seed)
    ledger.plan(planned, sum(len(each.slots) for each in drawn), pinned=servers.pinned)
    return drawn


def _planned(config: RunConfig, parts: Parts, runner: Runner, ledger: Ledger) -> list[Planned]:
    """Expand *parts* to cells; the methods of each application decide which strategies apply."""
    installed = runner.interpreter.circumstances
    ledger.measured_under(installed)
    if installed:
        parts = [(name, possible(config, plan, installed)) for name, plan in parts]
    inspection = inspect_applications(parts, runner)
    ledger.noted("notes", inspection.odd)
    ledger.noted("left_out", inspection.left_out)
    default = config.rounds or DEFAULT_ROUNDS
    each = (expand(name, plan, inspection.methods[name], default) for name, plan in parts)
    unique = {planned.cell.id: planned for planned in chain.from_iterable(each)}
    return [planned for planned in unique.values() if runs_under(planned.cell.strategy, installed)]
