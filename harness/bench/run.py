"""One run from its configuration to its folder: names checked, servers started, rounds run, books closed."""

from collections.abc import Sequence
from itertools import chain

from overlap.harness import registry
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
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.loops import factory


def parts_of(config: RunConfig) -> Parts:
    """Return (scenario, plan) for everything *config* asks for; raises `Mistake` for names that are not there."""
    return [(each.title, plan) for each in subjects_of(config) for plan in each.plans]


def subjects_of(config: RunConfig) -> list[Subject]:
    """Return what *config* asks for; raises `Mistake` for names that are not there."""
    if config.slo:
        slo.read(config.slo)
    try:
        words = config.scenarios or ((SCENARIO,) if config.base_url else registry.suite(SCENARIOS))
        asked = subjects(config, words)
        for plan in chain.from_iterable(each.plans for each in asked):
            for client in plan.clients:
                # A plug-in is imported: whether a module is a client cannot be told by its name.
                if client != OWN:
                    (registry.load if "." in client else registry.check)(CLIENTS, client)
            for strategy in plan.strategies:
                (registry.load if "." in strategy else registry.check)(STRATEGIES, strategy)
            for loop in plan.loops:
                factory(loop)
    except registry.Unknown as unknown:
        raise Mistake(unknown.args[0]) from unknown
    allow(max(most for each in asked for plan in each.plans for most in plan.concurrency))
    return asked


def _named(config: RunConfig, asked: Sequence[Subject]) -> str:
    """Answer what the run is called: by its name, or by the first thing it is about, as a folder's name."""
    if config.name or not config.scenarios:
        return config.name or "bench"
    words = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in asked[0].title)
    return words.strip("-") or "bench"


def run(config: RunConfig, tell: Tell, agree: Agree | None = None) -> RunOutcome:
    """
    Run what *config* asks for and return where it is; *agree* is asked before a real endpoint is sent anything.

    Raises `Mistake` before anything is measured when it cannot be done as asked. From then on nothing raises:
    a server that dies, a slot that hangs, a full disk, Ctrl-C end the run early, and what was measured is on file.
    """
    visit = Visit(config, agree) if config.base_url else None
    asked = subjects_of(config)
    with opened(config, asked, _named(config, asked), tell, visit) as stage:
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
            ledger.visited(visit.facts())
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
