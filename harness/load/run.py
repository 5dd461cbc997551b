"""A load run from its configuration to its folder: with the page, or headless for a time."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, monotonic_ns
from typing import Any

from overlap.harness.host import interrupt
from overlap.harness.host.defer_signals import uninterrupted
from overlap.harness.host.other_programs import look, taken
from overlap.harness.load import remarks
from overlap.harness.load.config import LoadConfig
from overlap.harness.load.environment import Stage
from overlap.harness.load.folder import Book
from overlap.harness.load.live_stats import Tally
from overlap.harness.load.slo import Judged
from overlap.harness.mock.control import ServerLost
from overlap.harness.mock.journal import take
from overlap.harness.model.record import Call
from overlap.harness.report.figures import plainly
from overlap.harness.store.ledger import begun, fresh, point_latest
from overlap.harness.store.run_files import Unwritten, Writer

TICK = 1.0  # seconds between two looks at the journal
Tell = Callable[[str], None]
# A test that has ended: what it brought, from when to when, and what Locust says of it.
Ended = tuple[Tally, tuple[int, int], dict[str, Any]]


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


class Conductor:
    """Follows what Locust says, test by test, and keeps the tally of the one that is going on."""

    def __init__(self, config: LoadConfig, stage: Stage, tell: Tell) -> None:
        self._config, self._stage, self._tell = config, stage, tell
        self._tally: Tally | None = None
        self._began = 0
        self._looked = monotonic()
        self._before = look()
        self._spoke = monotonic()
        self._ended: Ended | None = None
        self._bugs: Counter[str] = Counter()
        self.notes: list[str] = []
        self.remarks: list[str] = []

    @property
    def going(self) -> bool:
        """Whether a test is going on."""
        return self._tally is not None

    @property
    def waiting(self) -> bool:
        """Whether a test has ended and was not asked for yet."""
        return self._ended is not None

    def ended(self) -> Ended | None:
        """Answer the test that has ended and was not asked for yet."""
        ended, self._ended = self._ended, None
        return ended

    def look(self) -> None:
        """
        Hear one thing Locust says, and look at the journal when it is time.

        What is taken from either is there no second time, so Ctrl-C has to wait.

        Raises `ServerLost` when the mock server or Locust has died.
        """
        with uninterrupted():
            said = self._stage.locust.hear(0.1)
            if monotonic() - self._looked > TICK:
                self._tick()
            if said:
                self._heard(said)

    def _heard(self, said: dict[str, Any]) -> None:
        if said.get("eof"):
            raise ServerLost(f"Locust died: {self._stage.locust.last_words()}")
        if "mistake" in said:
            raise ServerLost(f"Locust could not start the test: {said['mistake']}")
        if "began" in said:
            self._stage.fault(on=False)
            self._begin(said)
        elif "ready" in said:
            self._stage.fault(on=True)
            self._stage.locust.tell({"go": True})
        elif "bugs" in said:
            self._buggy(said["bugs"])
        elif "lost" in said:
            self._note(f"Locust process {said['lost']} {self._stage.end_of(said['pid'])}")
        elif "elsewhere" in said:
            self.remarks.append(
                f"Locust process {said['elsewhere']} is on another host: latencies are its own clock's, but who "
                "owned the time between the hosts is only roughly known"
            )
        elif self._tally:
            self._counted(self._tally, said)

    def _counted(self, tally: Tally, said: dict[str, Any]) -> None:
        """Add to *tally* what Locust says of the test that is going on."""
        if "calls" in said:
            tally.bring(said["calls"])
        elif "flying" in said:
            tally.fly(said["process"], said["flying"])
        elif "users" in said:
            tally.users_are(said["users"], said["at"])
        elif "ended" in said:
            self._ended = self._end(tally, said)

    def _buggy(self, bugs: list[tuple[str, int, str]]) -> None:
        """Tell each bug of the locustfile once, when it first happens; how often is noted at the end."""
        for where, number, message in bugs:
            if where not in self._bugs:
                self._tell(f"a user of the locustfile raised {where}{': ' if message else ''}{message}")
            self._bugs[where] += number

    def bugs(self) -> list[str]:
        """Return a sentence for each bug of the locustfile since this was last asked."""
        sentences = [
            f"a user of the locustfile raised {where}, {number:,} time{'s' if number > 1 else ''}: a bug there, "
            "not a failed call"
            for where, number in self._bugs.items()
        ]
        self._bugs.clear()
        return sentences

    def _begin(self, said: dict[str, Any]) -> None:
        self._tally, self._began = Tally(said["users"]), said["began"]
        self._before = look()
        if self._stage.journal and (journal := take(self._stage.journal, 0)):
            # The first calls may have been answered before it is heard that there are any.
            self._tally.take(journal.since(self._began))

    def _end(self, tally: Tally, said: dict[str, Any]) -> Ended:
        if self._stage.journal:
            tally.take(take(self._stage.journal))
        tally.taken = taken(self._before, look())
        self._tally = None
        return tally, (self._began, said["ended"]), said

    def _tick(self) -> None:
        self._looked = monotonic()
        for sentence in self._stage.check():
            self._note(sentence)
        for pid in self._stage.deaths():
            self._stage.locust.tell({"died": pid})
        if not self._tally:
            return
        if self._stage.journal:
            self._tally.take(take(self._stage.journal, 0))
        live = self._tally.live(monotonic_ns())
        if self._stage.page:
            self._stage.locust.tell({"live": live})
        if monotonic() - self._spoke > 5:
            self._spoke = monotonic()
            for name, view in live.items():
                self._tell(line_of(name, view))

    def _note(self, sentence: str) -> None:
        if sentence not in self.notes:
            self.notes.append(sentence)
            self._tell(sentence)


def line_of(name: str, view: dict[str, Any]) -> str:
    """Put the live numbers of one endpoint into a line; what is unknown is left out."""
    parts = [f"{view['calls']:,} call{'' if view['calls'] == 1 else 's'} in {view['seconds']:.0f} s"]
    parts += [f"{view['failed']:,} failed"] if view["failed"] else []
    parts += [f"{key.upper()} {view[key]:.1f} ms" for key in ("ttft", "itl", "e2e") if view[key] is not None]
    if view["overlap"] is not None:
        parts.append(f"overlap {view['overlap']:.0f} %")
    return f"{name}: {', '.join(parts)}"


def headless(config: LoadConfig, tell: Tell) -> Outcome:
    """
    Run every endpoint for its time, round by round, in an order drawn at random.

    Raises `Mistake` when it cannot be done as asked, before anything is measured. From then on nothing raises:
    a dead server, a full disk or Ctrl-C end the run early, and what was measured is on file.
    """
    with interrupt.held(), ExitStack() as stack:
        stage = _staged(config, stack)
        order = _order(config, stage)
        folder = fresh(config.results, config.name)
        with begun(folder), Writer(folder) as writer:
            book = Book(config, folder, writer, pinned=stage.pinned)
            _remark(config, stage, book)
            book.state("running")
            conductor = Conductor(config, stage, tell)
            state, reason = _carry_out(config, stage, conductor, book, order)
            outcome = _close(config, book, conductor, state, reason)
        return _latest(outcome)


def _staged(config: LoadConfig, stack: ExitStack) -> Stage:
    """Set the stage, and have *stack* clear it; whoever cannot wait until it is set may interrupt it."""
    with interrupt.listening():
        return stack.enter_context(Stage(config))


def _latest(outcome: Outcome) -> Outcome:
    """Let `latest` point at the run, and remark where that is not possible."""
    note = point_latest(outcome.folder)
    return replace(outcome, remarks=(*outcome.remarks, note)) if note else outcome


def _order(config: LoadConfig, stage: Stage) -> list[tuple[int, tuple[str, ...]]]:
    """Return round and endpoints of each test: all at once in a mix, else one after another in an order drawn."""
    endpoints = list(config.endpoint or (stage.classes if config.file else ("ainvoke",)))
    if config.mixed:
        return [(number, tuple(endpoints)) for number in range(config.rounds)]
    rng = random.Random(config.seed)
    drawn: list[tuple[int, tuple[str, ...]]] = []
    for number in range(config.rounds):
        rng.shuffle(endpoints)
        drawn += [(number, (each,)) for each in endpoints]
    return drawn


def _carry_out(
    config: LoadConfig, stage: Stage, conductor: Conductor, book: Book, order: list[tuple[int, tuple[str, ...]]]
) -> tuple[str, str | None]:
    number = 0
    try:
        for number, endpoints in order:
            classes = [stage.users_of(each) for each in endpoints]
            told = {"classes": classes, "users": config.users, "seconds": config.time}
            stage.locust.tell({"run": told | {"spawn_rate": config.spawn_rate or float(config.users)}})
            with interrupt.listening():
                _follow(conductor)
            _enter(book, number, conductor.ended())
    except KeyboardInterrupt:
        with suppress(ServerLost, Unwritten):
            _stop(stage, conductor, book, number, config.drain)
        return "interrupted", interrupt.reason()
    except ServerLost as lost:
        return "failed", str(lost)
    except Unwritten as full:
        return "failed", full.why
    return "finished", None


def _follow(conductor: Conductor, patience: float = float("inf")) -> None:
    """Look on until a test has ended; it is left to be asked for, so that nobody can lose it in between."""
    end = monotonic() + patience
    while monotonic() < end and not conductor.waiting:
        conductor.look()


def _enter(book: Book, number: int, ended: Ended | None) -> None:
    if ended:
        tally, span, said = ended
        with uninterrupted():
            if tally.calls:
                book.enter(tally, number, span, said["locust"], said["cpu"])
            if sentence := remarks.untimed(said["locust"]):
                book.remark(sentence)


def _stop(stage: Stage, conductor: Conductor, book: Book, number: int, drain: float) -> None:
    """Let a test that is going on come to its end, and write it down as round *number*."""
    _enter(book, number, conductor.ended())
    if conductor.going:
        stage.locust.tell({"stop": True})
        _follow(conductor, drain + 5)
        _enter(book, number, conductor.ended())


def _close(config: LoadConfig, book: Book, conductor: Conductor, state: str, reason: str | None) -> Outcome:
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
        more["slo"] = {"met": judged.met, "said": str(judged), "endpoints": judged.facts()}
    try:
        book.state(state, reason, **more)
    except Unwritten as full:
        state, reason = "failed", full.why
    notes = [*([reason] if reason else []), *book.notes, *book.balance.faults]
    return replace(outcome, state=state, notes=tuple(notes), remarks=tuple(book.remarks))


def _endpoint(call: Call) -> str:
    """Name the endpoint of a call on file by its cell."""
    return call.cell.split("/")[2]


def _remark(config: LoadConfig, stage: Stage, book: Book) -> None:
    """Remark what is known of the run before it begins."""
    for sentence in remarks.of_setup(config, untimed=stage.untimed, thinking=stage.thinking, shape=stage.shape):
        book.remark(sentence)


def page(config: LoadConfig, tell: Tell, finished: Callable[[Outcome], None]) -> None:
    """
    Serve Locust's page until Ctrl-C; every test that is run from it becomes a run folder, handed to *finished*.

    Raise `Mistake` when anything does not come up, `ServerLost` when the mock server or Locust dies. What a test
    has measured is written down before Ctrl-C is heard again.
    """
    with interrupt.held(), ExitStack() as stack:
        stage = _staged(config, stack)
        tell(f"mock server  {stage.journal}" if not config.host else f"under load   {config.host}")
        if stage.host != stage.journal:
            tell(f"service      {stage.host}")
        tell(f"Locust       {stage.page}   ← open this; Ctrl-C ends it all")
        if "AsyncInvoke" in stage.classes:
            tell(
                "note         users of AsyncInvoke block the service for all others; untick them to see it without"
            )
        conductor = Conductor(config, stage, tell)
        try:
            while True:
                with interrupt.listening():
                    _follow(conductor)
                _keep(config, stage, conductor, finished)
        except KeyboardInterrupt:
            _keep(config, stage, conductor, finished)
            if conductor.going:
                tell("stopping the test that is going on …")
                stage.locust.tell({"stop": True})
                with suppress(ServerLost):
                    _follow(conductor, config.drain + 5)
                _keep(config, stage, conductor, finished, ("interrupted", interrupt.reason()))


def _keep(
    config: LoadConfig,
    stage: Stage,
    conductor: Conductor,
    finished: Callable[[Outcome], None],
    state: tuple[str, str | None] = ("finished", None),
) -> None:
    """Write the test of the page that has ended, if any, down as a run of its own."""
    ended = conductor.ended()
    if not ended or not ended[0].calls:
        return
    # As many users as the page was told, whatever the command line had said.
    config = replace(config, users=max(1, ended[0].users))
    folder = fresh(config.results, config.name)
    with Writer(folder) as writer:
        book = Book(config, folder, writer, pinned=stage.pinned)
        _remark(config, stage, book)
        try:
            _enter(book, 0, ended)
        except Unwritten as full:
            state = "failed", full.why
        outcome = _close(config, book, conductor, *state)
    finished(_latest(outcome))
