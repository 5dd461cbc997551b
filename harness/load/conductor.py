"""Follows the tests of a load run: what Locust reports, what the journal tells, and which calls are on file."""

from collections import Counter
from collections.abc import Callable
from time import monotonic, monotonic_ns
from typing import Any

from overlap.harness.host.defer_signals import uninterrupted
from overlap.harness.host.other_programs import look, taken
from overlap.harness.load.environment import MOCK, Stage
from overlap.harness.load.folder import Book
from overlap.harness.load.live_stats import EndedTest, Tally
from overlap.harness.mock.control import ServerLost
from overlap.harness.mock.journal import Journal, take

TICK = 1.0  # seconds between two looks at the journal, and between two batches of calls put on file
Tell = Callable[[str], None]
BookOf = Callable[[Tally], Book]
"""Returns the book of the test that goes on, which has brought its first calls."""


class Conductor:
    """Follows what Locust says, test by test, and keeps the tally of the one that is going on."""

    def __init__(self, stage: Stage, tell: Tell, book_of: BookOf) -> None:
        self._stage, self._tell, self._book_of = stage, tell, book_of
        self._tally: Tally | None = None
        self._began = 0
        self._looked = monotonic()
        self._before = look()
        self._spoke = monotonic()
        self._ended: EndedTest | None = None
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

    def ended(self) -> EndedTest | None:
        """Return the test that has ended and was not asked for yet."""
        ended, self._ended = self._ended, None
        return ended

    def look(self) -> None:
        """
        Hear one thing Locust says, and look at the journal when it is time.

        What is taken from either is there no second time, so Ctrl-C has to wait.

        Raises `ServerLost` when the mock server or Locust has died, `Unwritten` when there is no room for calls.
        """
        with uninterrupted():
            report = self._stage.locust.hear(0.1)
            if report:
                self._heard(report)
            if monotonic() - self._looked > TICK:
                self._tick()

    def follow(self, patience: float = float("inf")) -> None:
        """
        Look on until a test has ended, for *patience* seconds at most.

        It is left to be asked for, so that no interruption can lose it in between. Raises what `look` raises.
        """
        end = monotonic() + patience
        while monotonic() < end and not self.waiting:
            self.look()

    def break_off(self) -> EndedTest | None:
        """
        End the test that goes on without Locust, which has died or does not answer; return what it brought.

        What Locust had said before is heard first. None if no test goes on.
        """
        with uninterrupted():
            while self._tally and (report := self._stage.locust.hear(0)) and not report.get("eof"):
                self._heard(report)
            if self._ended or not self._tally:
                return self.ended()
            tally, self._tally = self._tally, None
            tally.taken = taken(self._before, look())
            try:
                tally.take(self._journal(tally))
            except ServerLost as lost:
                self._note(str(lost))
            return EndedTest(tally, self._began, max((call.done for call in tally.calls), default=self._began))

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
            self._end(tally, said)

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
        # The first calls may have been answered before it is heard that there are any.
        if journal := self._journal(self._tally, 0):
            self._tally.take(journal.since(self._began))

    def _journal(self, tally: Tally, patience: float = 2.0) -> Journal | None:
        """
        Return what the journal has beyond what was taken, None if there is none.

        Raises `ServerLost`, once a test.
        """
        if not self._stage.journal or tally.journal_lost:
            return None
        try:
            return take(self._stage.journal, patience)
        except ServerLost as lost:
            tally.journal_lost = True
            raise self._stage.why_silent(lost) from lost

    def _end(self, tally: Tally, report: dict[str, Any]) -> None:
        """
        End the test as Locust's *report* says.

        Raises `ServerLost` when the mock server has died; the test that has ended is kept.
        """
        self._tally = None
        self._ended = EndedTest(tally, self._began, report["ended"], report["locust"], report["cpu"])
        tally.taken = taken(self._before, look())
        tally.take(self._journal(tally))

    def _tick(self) -> None:
        self._looked = monotonic()
        for name, sentence in self._stage.check().items():
            if name != MOCK or not self._tally:
                self._note(sentence)
        for pid in self._stage.deaths():
            self._stage.locust.tell({"died": pid})
        if not self._tally:
            return
        self._tally.take(self._journal(self._tally, 0))
        if self._tally.calls:
            self._book_of(self._tally).keep(self._tally)
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
