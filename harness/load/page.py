"""Locust's page: each test that somebody starts from it becomes a run folder of its own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

from overlap.harness.host import interrupt
from overlap.harness.load.conductor import Conductor, Tell
from overlap.harness.load.config import LoadConfig
from overlap.harness.load.environment import Stage
from overlap.harness.load.folder import Book
from overlap.harness.load.live_stats import EndedTest, Tally
from overlap.harness.load.run import Outcome, bring_in, close, enter, latest, remark_setup, staged, state_after
from overlap.harness.mock.control import ServerLost
from overlap.harness.store.ledger import fresh
from overlap.harness.store.run_files import Unwritten, Writer


class PageTests:
    """Makes the run folder of each test when its first calls have come, and closes it when the test is over."""

    def __init__(self, config: LoadConfig, stage: Stage, tell: Tell, finished: Callable[[Outcome], None]) -> None:
        self._config, self._stage, self._finished = config, stage, finished
        self._open: tuple[Writer, Book] | None = None
        self.conductor = Conductor(stage, tell, self.book)

    def book(self, tally: Tally) -> Book:
        """Return the book of the test that *tally* follows, with a folder of its own. Raises `Unwritten`."""
        if self._open is None:
            folder = fresh(self._config.results, self._config.name)
            writer = Writer(folder).__enter__()
            self._open = writer, Book(self._config, folder, writer, pinned=self._stage.pinned)
            remark_setup(self._config, self._stage, self._open[1])
        book = self._open[1]
        # As many users as the page was told, whatever the command line had said.
        book.resize(tally.users)
        return book

    def enter(self, test: EndedTest | None) -> None:
        """Write *test* down, if there is one; one that brought no calls leaves no folder. Raises `Unwritten`."""
        if test and test.tally.calls:
            enter(self.book(test.tally), test)

    def close(self, state: str = "finished", reason: str | None = None) -> Outcome | None:
        """Close the folder of the test that is over, and hand it on; return its outcome, None if it has none."""
        if self._open is None:
            return None
        (writer, book), self._open = self._open, None
        with writer:
            outcome = close(self._config, book, self.conductor, state, reason)
        self._finished(latest(outcome))
        return outcome

    def finish(self) -> None:
        """Write the test that has ended down, if any, and close its folder; one that goes on is left alone."""
        if not self.conductor.waiting:
            return
        state: tuple[str, str | None] = "finished", None
        try:
            self.enter(self.conductor.ended())
        except Unwritten as full:
            state = state_after(full)
        self.close(*state)

    def cut_short(self, end: KeyboardInterrupt | ServerLost | Unwritten) -> Outcome | None:
        """Write down what is known of the test that *end* has ended before its time; return its outcome."""
        bring_in(self._stage, self.conductor, self.enter, self._config.drain)
        return self.close(*state_after(end))


def page(config: LoadConfig, tell: Tell, finished: Callable[[Outcome], None]) -> Outcome | None:
    """
    Serve Locust's page until Ctrl-C; every test that is run from it becomes a run folder, handed to *finished*.

    Return None after Ctrl-C, or the outcome of the test that ended since the mock server or Locust died.

    Raises `Mistake` when anything does not come up, `ServerLost` when the mock server or Locust dies and no test
    goes on. What a test has measured is written down before Ctrl-C is heard again.
    """
    with interrupt.held(), ExitStack() as stack:
        stage = staged(config, stack)
        tests = PageTests(config, stage, tell, finished)
        for line in _welcome(config, stage):
            tell(line)
        while True:
            try:
                with interrupt.listening():
                    tests.conductor.follow()
                tests.finish()
            except KeyboardInterrupt as end:
                tests.finish()
                if tests.conductor.going:
                    tell("stopping the test that is going on …")
                    tests.cut_short(end)
                return None
            except (ServerLost, Unwritten) as end:
                outcome = tests.cut_short(end)
                if outcome is None:
                    raise
                if isinstance(end, ServerLost):
                    return outcome


def _welcome(config: LoadConfig, stage: Stage) -> Iterator[str]:
    yield f"mock server  {stage.journal}" if not config.host else f"under load   {config.host}"
    if stage.host != stage.journal:
        yield f"service      {stage.host}"
    yield f"Locust       {stage.page}   ← open this; Ctrl-C ends it all"
    if "AsyncInvoke" in stage.classes:
        yield "note         users of AsyncInvoke block the service for all others; untick them to see it without"
