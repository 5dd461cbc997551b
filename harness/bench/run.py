"""Runs one benchmark, from its configuration to its folder."""

from collections.abc import Sequence
from itertools import chain

from overlap.harness import registry
from overlap.harness.application.project_python import interpreter_of
from overlap.harness.bench.calibration import calibrate
from overlap.harness.bench.rounds import DrawnRound, RunProgress, Tell
from overlap.harness.bench.stage import Parts, RunOutcome, opened
from overlap.harness.bench.targets import Subject, subjects
from overlap.harness.host.descriptors import allow
from overlap.harness.model import slo
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import CLIENTS, SCENARIOS, STRATEGIES
from overlap.harness.model.record import OWN
from overlap.harness.remote.visit import SCENARIO, Agree, Visit
from overlap.harness.store.run_about import EndpointUse
from overlap.harness.store.typed import typed
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.loops import factory


def parts_of(config: RunConfig) -> Parts:
    """Return (scenario, plan) for everything that *config* names; raise `Mistake` for unknown names."""
    return [(each.title, plan) for each in subjects_of(config) for plan in each.plans]


def subjects_of(config: RunConfig) -> list[Subject]:
    """Return the subjects that *config* names; raise `Mistake` for unknown names."""
    if config.slo:
        slo.read(config.slo)
    interpreter_of(config.scenarios, config.python)  # whatever is wrong with it is told before anything is started
    try:
        words = config.scenarios or ((SCENARIO,) if config.base_url else registry.suite(SCENARIOS))
        measured = subjects(config, words)
        for plan in chain.from_iterable(each.plans for each in measured):
            for client in plan.clients:
                # A plug-in is imported, because its name does not show whether the module is a client.
                if client != OWN:
                    (registry.load if "." in client else registry.check)(CLIENTS, client)
            for strategy in plan.strategies:
                (registry.load if "." in strategy else registry.check)(STRATEGIES, strategy)
            for loop in plan.loops:
                factory(loop)
    except registry.Unknown as unknown:
        raise Mistake(unknown.args[0]) from unknown
    allow(max(most for each in measured for plan in each.plans for most in plan.concurrency))
    return measured


def _run_name(config: RunConfig, measured: Sequence[Subject]) -> str:
    """Return the name of the run's folder: the configured name, or one made of the first subject's title."""
    if config.name or not config.scenarios:
        return config.name or "bench"
    words = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in measured[0].title)
    return words.strip("-") or "bench"


def run(config: RunConfig, tell: Tell, agree: Agree | None = None) -> RunOutcome:
    """
    Run what *config* describes, and return the outcome, with the run's folder.

    *agree* is called before anything is sent to a real endpoint, and may refuse. Raise `Mistake`, before anything
    is measured, if the run cannot be done as configured. From then on nothing raises: if a server dies, a slot
    hangs, the disk is full or Ctrl-C is pressed, the run ends early, and everything measured so far is in its
    files.
    """
    visit = Visit(config, agree) if config.base_url else None
    measured = subjects_of(config)
    with opened(config, measured, _run_name(config, measured), tell, visit) as stage:
        ledger, left = stage.ledger, 0

        def work() -> None:
            nonlocal left
            if config.calibrate:
                tell(RunProgress(0, _slots(stage.drawn), "calibration", 0, None))
                loops = {planned.cell.loop for each in stage.drawn for planned in each.slots}
                ledger.calibrated(calibrate(config, sorted(loops)))
            unbegun = stage.runner.carry_out(stage.drawn)
            left = _slots(unbegun)
            ledger.cut_short(len(unbegun), left)

        ending = stage.measure(work)
        if ending.state != "stopped":
            ledger.balance.missing = _slots(stage.drawn) - left - ledger.entered
        if visit:
            ledger.visited(typed(visit.facts(), EndpointUse))
        stage.close(ending)
    return stage.outcome(ending, (*ledger.uncalibrated, *ledger.all_failed(_meant_to_fail(stage.drawn))))


def _slots(drawn: Sequence[DrawnRound]) -> int:
    return sum(len(each.slots) for each in drawn)


def _meant_to_fail(drawn: Sequence[DrawnRound]) -> set[str]:
    """Return the ids of cells whose scenario says that the calls of their variant fail."""
    cells = {planned.cell for each in drawn for planned in each.slots}
    there = registry.names(SCENARIOS)
    return {
        cell.id
        for cell in cells
        if cell.scenario in there and cell.variant in getattr(registry.load(SCENARIOS, cell.scenario), "FAILS", ())
    }
