"""
Runs an SLO search: open-loop slots at rates that close in on the highest rate at which the SLO is held.

    one brief slot a rate, in one worker ──► roughly where the rate lies
    a long slot a rate in every round's own worker ──► held or missed, by the calls of all rounds together

Each round has its own seed, so that arrivals differ between rounds as they do from day to day. A round's seed is
the same at every rate, so that rates differ in nothing but the rate. Rate and figures of each slot go into
run.json.
"""

from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice

from overlap.harness.application.project_python import interpreter_of
from overlap.harness.bench.rounds import DrawnRound, RunProgress, Tell, measured, order_of
from overlap.harness.bench.run import subjects_of
from overlap.harness.bench.slo_search import START, Bounds, Bracket, RateTrial, search
from overlap.harness.bench.stage import RunOutcome, RunStage, opened
from overlap.harness.bench.worker_group import Team, team
from overlap.harness.host.environment import given
from overlap.harness.model import arrivals_spec, slo
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import Planned
from overlap.harness.model.record import Call
from overlap.harness.model.slo_verdict import SlotFigures, figures, hopeless, kept_briefly, verdict
from overlap.harness.store.search_entry import BriefTrial, LongTrial, SearchedCell, SearchEntry
from overlap.harness.text import numerals
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly, plainly

ROUNDS = 3
BRIEF, LONG = (5.0, 2.5), (20.0, 6.0)
"""Length of a brief and of a long slot: (least seconds, least multiple of the longest limit)."""

LONGEST = 120.0
"""Most seconds by which a slot is lengthened to reach the wanted number of calls, however low the rate."""

FEWEST, MISSES = 3000, 50
"""Calls of a long slot: at least `FEWEST`, and enough for `MISSES` of them to miss at the wanted share."""

GRACE = 1.0
"""Seconds after its limit at which a call is cut off, as it has missed the SLO anyway."""

BRIEF_TRIALS, LONG_TRIALS = 9, 3
"""Rates that the search of one cell usually tries, for the progress bar."""


@dataclass(frozen=True, slots=True)
class SloQuestion:
    """
    The parameters of a search: arrivals (*words*) without a rate, limits, and the share that must keep them.

    `duration` is the user's length of a long slot, in seconds; None derives it from the limits and the share.
    """

    config: RunConfig
    words: str
    slo: slo.Slo
    share: float
    duration: float | None
    bounds: Bounds

    def seconds(self, *, long: bool) -> float:
        """Return for how many seconds calls arrive in a slot, at least."""
        least, times = LONG if long else BRIEF
        if self.duration is not None:
            return self.duration if long else self.duration * BRIEF[1] / LONG[1]
        return max(least, times * max(self.slo.limits.values()) / 1e9)

    def wanted(self, trial: RateTrial) -> int:
        """
        Return how many calls a slot should have: those that arrive in its time, or more if the share needs more.

        If the user set a *duration*, it is kept, however few calls arrive in it.
        """
        calls = trial.rate * self.seconds(long=trial.long)
        if self.duration is None:
            gap = max(1 - self.share, 0.001)
            enough = max(MISSES / gap, FEWEST) if trial.long else 2 / gap
            calls = max(calls, min(enough, trial.rate * LONGEST))
        return min(round(max(calls, 5)), arrivals_spec.MOST)


@dataclass(slots=True)
class CellSearch:
    """The search of one cell: the next trial, the earlier ones, and the bracket, which is None until the end."""

    planned: Planned
    trials: Generator[RateTrial, bool, Bracket]
    trial: RateTrial
    brief: list[BriefTrial] = field(default_factory=list)
    long: list[LongTrial] = field(default_factory=list)
    slots: list[SlotFigures] = field(default_factory=list)
    bracket: Bracket | None = None
    short: bool = False

    def answer(self, *, held: bool) -> None:
        """Tell the search whether its rate was held; it then has another trial, or its bracket."""
        self.slots = []
        try:
            self.trial = self.trials.send(held)
        except StopIteration as end:
            self.bracket = end.value

    def judge(self, share: float, rounds: int) -> bool:
        """Return whether the slots at this rate settle if it is held; if they do, record it and go on."""
        whole = len(self.slots) == rounds
        if not whole and not hopeless(self.slots, rounds, share):
            return False
        seen = verdict(self.slots, share)
        self.long.append(LongTrial(rate=self.trial.rate, slots=tuple(self.slots), **asdict(seen)))
        # No call missed, but there were too few to show the share: a lower rate would have fewer still.
        if whole and not seen.held and not seen.missed and seen.share == 1:
            self.short, self.bracket = True, Bracket(None, None)
        else:
            self.answer(held=whole and seen.held)
        return True

    @property
    def entry(self) -> SearchedCell:
        """What run.json has of it."""
        bracket = self.bracket or Bracket(None, None)
        return SearchedCell(
            cell=replace(self.planned.cell, arrivals=""),
            brief=tuple(self.brief),
            long=tuple(self.long),
            held=bracket.held,
            missed=bracket.missed,
            whole=self.bracket is not None,
            short=self.short,
        )


def question_of(config: RunConfig, share: float, bounds: Bounds) -> SloQuestion:
    """Return the parameters of the search. Raise `Mistake` if they do not allow one."""
    if config.base_url:
        raise Mistake("a search sends as much as it takes: it is for a server of your own, not for --base-url")
    if not config.slo:
        raise Mistake("there is no SLO to be kept: --slo ttft=0.5,e2e=2")
    if not 0 < share <= 1:
        raise Mistake(f"share must lie between 0 and 1, not {exactly(share)}")
    if not 0.01 <= bounds.least < bounds.most <= 100_000:
        least, most = plainly(bounds.least), plainly(bounds.most)
        raise Mistake(f"rates must lie between 0.01 and 100000, and {least} below {most}")
    limits = slo.read(config.slo)
    words = config.arrivals or "poisson"
    arrivals_spec.read(words, rate=START)
    return SloQuestion(config, words, limits, share, config.duration, bounds)


def paced(words: str, seed: int, rate: float, calls: int) -> arrivals_spec.Arrivals:
    """
    Return the arrivals *words* with that setting at which *calls* of them come at *rate* on average.

    A hundred calls drawn at 50 a second arrive at 45 or 55 a second by chance; the rate that a search reports must
    be the one at which calls really arrived.
    """
    arrivals = arrivals_spec.read(words, rate=rate)
    due = list(islice(arrivals.due_times(seed), calls))
    last, calls = due[-1], len(due)
    return (
        arrivals_spec.read(words, rate=rate * rate * last / 1e9 / (calls - 1)) if last and calls > 1 else arrivals
    )


def run(question: SloQuestion, tell: Tell) -> RunOutcome:
    """Search for each strategy and return the outcome; raise `Mistake` before anything is measured."""
    arrivals = arrivals_spec.read(question.words, rate=START).words
    config = replace(question.config, arrivals=arrivals, rounds=question.config.rounds or ROUNDS, calls=1)
    with opened(config, subjects_of(config), config.name or "slo", tell) as stage:
        stage.runner.end()
        # The cells of a search are in its own part of run.json: each was run at many rates.
        stage.ledger.plan((), 0, pinned=stage.servers.pinned)
        searching = Searching(question, config, stage, tell)
        ending = stage.measure(searching.carry_out)
        stage.ledger.searched(searching.entry)
        stage.close(ending)
    # At rates that are too high every call may fail; if no call ever succeeded, the application is at fault.
    return stage.outcome(ending, stage.ledger.all_failed(by_cell=False))


class Searching:
    """A search while it goes on."""

    def __init__(self, question: SloQuestion, config: RunConfig, stage: RunStage, tell: Tell) -> None:
        self._question, self._config, self._tell = question, config, tell
        self._servers, self._ledger, self._drawn = stage.servers, stage.ledger, stage.drawn
        self._cells: dict[str, CellSearch] = {}
        self._slots, self._expected = 0, 0

    def carry_out(self) -> None:
        """Search for every cell."""
        drawn = self._drawn
        for planned in drawn[0].slots:
            trials = search(self._question.bounds)
            self._cells[planned.cell.id] = CellSearch(planned, trials, next(trials))
        self._expected = len(self._cells) * (BRIEF_TRIALS + LONG_TRIALS * len(drawn))
        self._look_briefly(drawn[0])
        while any(each.bracket is None for each in self._cells.values()):
            self._look_longer(drawn)

    @property
    def entry(self) -> SearchEntry:
        """What run.json keeps of the search."""
        question = self._question
        return SearchEntry(
            slo=dict(question.slo.limits),
            share=question.share,
            arrivals=question.words,
            rounds=len(self._drawn),
            seconds=question.seconds(long=True),
            **asdict(question.bounds),
            cells=tuple(each.entry for each in self._cells.values()),
        )

    def _team(self, drawn: DrawnRound) -> Team:
        """Start the workers of a round, with the variables that the application needs."""
        config = self._config
        return team(
            config.processes,
            self._servers.worker_cores,
            drawn.hash_seed,
            given(config.env),
            interpreter_of(config.scenarios, config.python),
        )

    def _look_briefly(self, drawn: DrawnRound) -> None:
        """Find roughly where each cell's rate lies, in one worker and with one pattern of arrivals."""
        with self._team(drawn) as launch:
            for planned in drawn.slots:
                cell = self._cells[planned.cell.id]
                while cell.bracket is None and not cell.trial.long:
                    seen, number = self._slot(launch, cell, drawn.number)
                    held = kept_briefly(seen, self._question.share)
                    cell.brief.append(BriefTrial(**asdict(seen), slot=number, held=held))
                    cell.answer(held=held)

    def _look_longer(self, drawn: Sequence[DrawnRound]) -> None:
        """Try every cell's next rate in each round, until what they show together is settled."""
        open_cells = {name for name, cell in self._cells.items() if cell.bracket is None}
        for each in drawn:
            if not open_cells:
                return
            with self._team(each) as launch:
                for planned in each.slots:
                    if planned.cell.id not in open_cells:
                        continue
                    cell = self._cells[planned.cell.id]
                    cell.slots.append(self._slot(launch, cell, each.number)[0])
                    if cell.judge(self._question.share, len(drawn)):
                        open_cells.remove(planned.cell.id)

    def _slot(self, launch: Team, cell: CellSearch, number: int) -> tuple[SlotFigures, int]:
        """Run a slot at the cell's rate; return its figures, and its number."""
        planned, trial, question = cell.planned, cell.trial, self._question
        seed = self._config.seed + number
        calls = sum(
            1
            for _ in islice(
                arrivals_spec.read(question.words, rate=trial.rate).due_times(seed), question.wanted(trial)
            )
        )
        arrivals = paced(question.words, seed, trial.rate, calls)
        # A recorded trace may have fewer calls at the adjusted rate than at the wanted one.
        calls = sum(1 for _ in islice(arrivals.due_times(seed), calls))
        config = replace(self._config, seed=seed)
        opened = replace(planned, arrivals=arrivals.words, calls=calls)
        order = order_of(config, opened, self._slots, self._servers.of(planned).base_url)
        # A search has many slots in a round; all of them get the round's latencies.
        order = replace(order, draw=number, patience=max(question.slo.limits.values()) / 1e9 + GRACE)
        kind = "for longer" if trial.long else "briefly"
        words = f"{planned.cell.id} at {numerals.number(trial.rate)}/s, {kind}"
        self._tell(RunProgress(self._slots, max(self._expected, self._slots + 1), words, number, None))
        self._slots += 1
        slot, calls_made = measured(launch, order, 0, config.slot_timeout)
        self._ledger.enter(slot, calls_made, order.total_calls)
        return figures(trial.rate, self._latencies(calls_made)), order.round

    def _latencies(self, calls: Sequence[Call]) -> list[tuple[int, int, bool]]:
        """Return (start, latency in ns, whether the SLO was kept) of each counted call."""
        counted = [call for call in calls if not call.warmup]
        return [(call.start, call.done - call.start, self._question.slo.met(call)) for call in counted]
