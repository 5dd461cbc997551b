"""A headless load run from its configuration to its folder."""

import random
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from overlap.harness.host import interrupt
from overlap.harness.host.defer_signals import uninterrupted
from overlap.harness.load import remarks
from overlap.harness.load.conductor import Conductor, Tell
from overlap.harness.load.config import LoadConfig
from overlap.harness.load.environment import Stage
from overlap.harness.load.folder import Book
from overlap.harness.load.live_stats import EndedTest
from overlap.harness.load.slo import Judged
from overlap.harness.mock.control import ServerLost
from overlap.harness.model.record import Call
from overlap.harness.report.figures import plainly
from overlap.harness.store.ledger import begun, fresh, point_latest
from overlap.harness.store.run_about import LoadVerdict
from overlap.harness.store.run_files import Unwritten, Writer

Order = list[tuple[int, tuple[str, ...]]]
"""Round and endpoints of each test of a run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    Where the run is, its state, what is wrong (`notes`), and how it stands to the SLO (None: no SLO).

    `remarks` are worth knowing and nothing wrong. `failed` of `calls` failed, those that were due and never sent
    among them; `allowed` is the share of them that may, None where nobody has said.
    """

    folder: Path
    state: str
    notes: tuple[str, ...]
    judged: Judged | None
    remarks: tuple[str, ...] = ()
    calls: int = 0
    failed: int = 0
    allowed: float | None = None

    @property
    def too_many_failed(self) -> str | None:
        """Say that more calls failed than may, or all of them; None where neither is so."""
        if self.calls and self.failed == self.calls:
            return f"every call failed: {self.failed:,} of {self.calls:,}"
        if self.allowed is not None and self.failed > self.allowed * self.calls:
            share, allowed = f"{self.failed / self.calls:.2%}", plainly(self.allowed)
            return f"too many calls failed: {self.failed:,} of {self.calls:,}, {share} ({allowed} allowed)"
        return None

    @property
    def whole(self) -> bool:
        """Whether the run is complete and kept every limit that it was given."""
        kept = self.judged is None or self.judged.met
        return self.state == "finished" and not self.notes and not self.too_many_failed and kept


def headless(config: LoadConfig, tell: Tell) -> Outcome:
    """
    Run every endpoint for its time, round by round, in an order drawn at random.

    Raises `Mistake` when it cannot be done as asked, before anything is measured. From then on nothing raises:
    a dead server, a full disk or Ctrl-C end the run early, and what was measured is on file.
    """
    with interrupt.held(), ExitStack() as stack:
        stage = staged(config, stack)
        order = _order(config, stage)
        folder = fresh(config.results, config.name)
        with begun(folder), Writer(folder) as writer:
            book = Book(config, folder, writer, pinned=stage.pinned)
            remark_setup(config, stage, book)
            book.state("running")
            conductor = Conductor(stage, tell, lambda _: book)
            state, reason = _carry_out(config, stage, conductor, book, order)
            outcome = close(config, book, conductor, state, reason)
        return latest(outcome)


def staged(config: LoadConfig, stack: ExitStack) -> Stage:
    """Set the stage, and have *stack* clear it; whoever cannot wait until it is set may interrupt it."""
    with interrupt.listening():
        return stack.enter_context(Stage(config))


def latest(outcome: Outcome) -> Outcome:
    """Let `latest` point at the run, and remark where that is not possible."""
    note = point_latest(outcome.folder)
    return replace(outcome, remarks=(*outcome.remarks, note)) if note else outcome


def _order(config: LoadConfig, stage: Stage) -> Order:
    """Return round and endpoints of each test: all at once in a mix, else one after another in an order drawn."""
    endpoints = list(config.endpoint or (stage.classes if config.file else ("ainvoke",)))
    if config.mixed:
        return [(number, tuple(endpoints)) for number in range(config.rounds)]
    rng = random.Random(config.seed)
    drawn: Order = []
    for number in range(config.rounds):
        rng.shuffle(endpoints)
        drawn += [(number, (each,)) for each in endpoints]
    return drawn


def _carry_out(
    config: LoadConfig, stage: Stage, conductor: Conductor, book: Book, order: Order
) -> tuple[str, str | None]:
    """Run the tests of *order*; return the state of the run, and the reason of any but "finished"."""
    state: tuple[str, str | None] = "finished", None
    try:
        for number, endpoints in order:
            book.begin(number)
            classes = [stage.users_of(each) for each in endpoints]
            test = {"classes": classes, "users": config.users, "seconds": config.time}
            stage.locust.tell({"run": test | {"spawn_rate": config.spawn_rate or float(config.users)}})
            with interrupt.listening():
                conductor.follow()
            enter(book, conductor.ended())
    except (KeyboardInterrupt, ServerLost, Unwritten) as end:
        state = state_after(end)
        bring_in(stage, conductor, lambda test: enter(book, test), config.drain)
    return state


def state_after(end: KeyboardInterrupt | ServerLost | Unwritten) -> tuple[str, str]:
    """Return state and reason of a run that *end* has ended before its time."""
    if isinstance(end, KeyboardInterrupt):
        return "interrupted", interrupt.reason()
    return "failed", end.why if isinstance(end, Unwritten) else str(end)


def enter(book: Book, test: EndedTest | None) -> None:
    """Write *test* down, if there is one and it has brought any calls."""
    if test:
        with uninterrupted():
            if test.tally.calls:
                book.enter(test)
            if test.counts is not None and (sentence := remarks.untimed(test.counts)):
                book.remark(sentence)


def bring_in(stage: Stage, conductor: Conductor, write: Callable[[EndedTest | None], None], drain: float) -> None:
    """
    Have *write* put on file the test that goes on, or has just ended, when a run ends before its time.

    Locust ends the test, if it still can. If it cannot, or if the server's journal is lost or the disk is full,
    what was reported by then is on file, and what is not known is None. Raises nothing.
    """
    with suppress(Unwritten):
        write(conductor.ended())
    if conductor.going and stage.locust.alive:
        stage.locust.tell({"stop": True})
        with suppress(ServerLost, Unwritten):
            conductor.follow(drain + 5)
    with suppress(Unwritten):
        write(conductor.ended() or conductor.break_off())


def close(config: LoadConfig, book: Book, conductor: Conductor, state: str, reason: str | None) -> Outcome:
    """Judge the run by its SLO, write its last state down, and return what came of it."""
    limits = config.limits()
    judged = limits.judge(book.calls, _endpoint) if limits else None
    for sentence in (*conductor.notes, *conductor.bugs()):
        book.note(sentence)
    for sentence in conductor.remarks:
        book.remark(sentence)
    if state == "finished" and not book.calls:
        state, reason = "failed", "nothing was measured"
    outcome = Outcome(book.folder, state, (), judged, (), len(book.counted), book.failed, config.errors_allowed())
    more: dict[str, Any] = {"limits": outcome.too_many_failed, "max_errors": outcome.allowed}
    if judged:
        more["slo"] = LoadVerdict(met=judged.met, said=str(judged), endpoints=judged.facts())
    try:
        book.state(state, reason, **more)
    except Unwritten as full:
        state, reason = "failed", full.why
    notes = [*([reason] if reason else []), *book.notes, *book.balance.faults]
    return replace(outcome, state=state, notes=tuple(notes), remarks=tuple(book.remarks))


def _endpoint(call: Call) -> str:
    """Name the endpoint of a call on file by its cell."""
    return call.cell.split("/")[2]


def remark_setup(config: LoadConfig, stage: Stage, book: Book) -> None:
    """Remark what is known of the run before it begins."""
    for sentence in remarks.of_setup(config, untimed=stage.untimed, thinking=stage.thinking, shape=stage.shape):
        book.remark(sentence)
