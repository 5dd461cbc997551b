"""One run from its configuration to its folder: names checked, servers started, rounds run, books closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from overlap.harness import registry
from overlap.harness.bench.calibration import calibrate
from overlap.harness.bench.dry_run import ask
from overlap.harness.bench.rounds import Progress, Round, Runner, Tell, rounds
from overlap.harness.bench.targets import Subject, subjects
from overlap.harness.host import interrupt
from overlap.harness.host.descriptors import allow
from overlap.harness.mock.control import Lost
from overlap.harness.mock.process import NotReady
from overlap.harness.mock.processes import Servers
from overlap.harness.model import slo
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import CLIENTS, SCENARIOS, STRATEGIES, Plan, Planned, expand
from overlap.harness.model.record import OWN
from overlap.harness.remote.visit import SCENARIO, Agree, Stopped, Visit
from overlap.harness.store.ledger import Ledger, begun, fresh, point_latest
from overlap.harness.store.run_files import Unwritten, Writer
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.loops import factory

DEFAULT_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where the run is, its state, what is wrong with it, one sentence each, and what else to know."""

    folder: Path
    state: str
    faults: tuple[str, ...]
    notes: tuple[str, ...] = ()


Parts = list[tuple[str, Plan]]


def parts_of(config: RunConfig) -> Parts:
    """Answer (scenario, plan) for everything *config* asks for; raises `Mistake` for names that are not there."""
    return [(each.title, plan) for each in asked_of(config) for plan in each.plans]


def asked_of(config: RunConfig) -> list[Subject]:
    """Answer what *config* asks for; raises `Mistake` for names that are not there."""
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


def run(config: RunConfig, tell: Tell, agree: Agree | None = None) -> Outcome:
    """
    Run what *config* asks for and answer where it is; *agree* is asked before a real endpoint is sent anything.

    Raises `Mistake` before anything is measured when it cannot be done as asked. From then on nothing raises:
    a server that dies, a slot that hangs, a full disk, Ctrl-C end the run early, and what was measured is on file.
    """
    visit = Visit(config, agree) if config.base_url else None
    asked = asked_of(config)
    parts = [(each.title, plan) for each in asked for plan in each.plans]
    parts = visit.parts(parts) if visit else parts
    questions = {each.title: each.question for each in asked}
    folder = fresh(config.results, _named(config, asked))
    with interrupt.held():
        with begun(folder), Servers(config) as servers, Writer(folder) as writer:
            ledger = Ledger(config, folder, writer, questions)
            with Runner(config, servers, ledger, tell, visit) as runner:
                with interrupt.listening():
                    drawn = prepare(config, parts, servers, runner, ledger)
                state, reason = _carry_out(config, runner, ledger, drawn, tell)
        note = point_latest(folder)
    faults = [*([reason] if reason else []), *ledger.balance.faults, *ledger.reasons, *ledger.uncalibrated]
    faults += ledger.all_failed(_meant_to_fail(drawn))
    return Outcome(folder, state, tuple(faults), (note,) if note else ())


def _meant_to_fail(drawn: Sequence[Round]) -> set[str]:
    """Return the ids of cells whose scenario says that the calls of their variant fail."""
    cells = {planned.cell for each in drawn for planned in each.slots}
    there = registry.names(SCENARIOS)
    return {
        cell.id
        for cell in cells
        if cell.scenario in there and cell.variant in getattr(registry.load(SCENARIOS, cell.scenario), "FAILS", ())
    }


def _carry_out(
    config: RunConfig, runner: Runner, ledger: Ledger, drawn: Sequence[Round], tell: Tell
) -> tuple[str, str | None]:
    state, reason, left = "finished", None, 0
    try:
        with interrupt.listening():
            if config.calibrate:
                tell(Progress(0, sum(len(each.slots) for each in drawn), "calibration", 0, None))
                loops = {planned.cell.loop for each in drawn for planned in each.slots}
                ledger.calibrated(calibrate(config, sorted(loops)))
            unbegun = runner.carry_out(drawn)
        left = sum(len(each.slots) for each in unbegun)
        ledger.cut_short(len(unbegun), left)
    except KeyboardInterrupt:
        state, reason = "interrupted", interrupt.reason()
    except Unwritten as full:
        state, reason = "failed", full.why
    except (Lost, NotReady) as lost:
        state, reason = "failed", str(lost)
    except Stopped as stopped:
        state, reason = "stopped", str(stopped)
    if state != "stopped":
        ledger.balance.missing = sum(len(each.slots) for each in drawn) - left - ledger.entered
    if runner.visit:
        ledger.visited(runner.visit.facts())
    if state == "finished" and ledger.balance.faults:
        state = "failed"
    return state, closed(ledger, state, reason)


def closed(ledger: Ledger, state: str, reason: str | None) -> str | None:
    """Write down how the run ended, and return the reason; where even that has no room, the reason says so."""
    try:
        ledger.state(state, reason)
    except Unwritten as full:
        return f"{reason or state}; and run.json still says that it runs: {full.why}"
    return reason


def prepare(config: RunConfig, parts: Parts, servers: Servers, runner: Runner, ledger: Ledger) -> Sequence[Round]:
    """Start every server, ask the applications for their methods, and draw the rounds."""
    try:
        if runner.visit:
            runner.visit.ready()
        # They come up while the first worker imports what is to be measured.
        for _, plan in parts:
            servers.begin(plan.profile, plan.tokens, plan.server)
        planned = _planned(config, parts, runner, ledger)
        for _, plan in parts:
            servers.ensure(plan.profile, plan.tokens, plan.server)
    except NotReady as wrong:
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
    """Expand *parts* to cells; which strategies apply follows from the methods of each application."""
    asked = ask(parts, runner)
    ledger.noted("notes", asked.odd)
    ledger.noted("left_out", asked.left_out)
    default = config.rounds or DEFAULT_ROUNDS
    each = (expand(name, plan, asked.methods[name], default) for name, plan in parts)
    unique = {planned.cell.id: planned for planned in chain.from_iterable(each)}
    return list(unique.values())
