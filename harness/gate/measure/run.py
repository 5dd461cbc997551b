"""
A gate run: rounds of both arms, interleaved, until every series is settled.

    round:   launch base ─┐ imports, side by side        then, cell by cell in an order drawn at random,
             launch cand ─┘                              base slot, candidate slot (or the other way round)

Each round has a fresh process for either arm, both with the same hash seed. The two slots of a cell follow one
another within a second, so that a machine that warms up or slows down strikes both alike.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from time import monotonic

from overlap.harness.gate.measure.cells import Twin
from overlap.harness.gate.measure.interference import disturbance
from overlap.harness.gate.measure.pilot import Pilot
from overlap.harness.gate.measure.rows import Rows
from overlap.harness.gate.measure.series_log import PROCESS, PairedSlot, SeriesLog
from overlap.harness.gate.measure.slot_values import MEMORY
from overlap.harness.gate.measure.slots import SlotFailure, Slots
from overlap.harness.gate.measure.workers import Workers
from overlap.harness.gate.record import ARMS, GateRun
from overlap.harness.host import interrupt
from overlap.harness.host.other_programs import look, taken
from overlap.harness.mock.processes import Servers
from overlap.harness.report.figures import count

# Rounds before a disturbed machine is given up on.
PATIENT = 8


@dataclass(slots=True)
class GateTrial:
    """
    One gate run under way. *seconds* is how long a slot lasts, *calls* how many calls it makes if that is given.

    *share* is the slowdown planted in the candidate of the book's control cell. *filed* gets the run after every
    round, *tell* a line of progress.
    """

    servers: Servers
    workers: Workers
    slots: Slots
    book: SeriesLog
    twins: list[Twin]
    rows: Rows | None
    seconds: float
    calls: int | None
    tell: Callable[[str], None]
    filed: Callable[[GateRun], None]
    _rng: random.Random = field(init=False)
    _cpu: dict[str, float] = field(default_factory=dict)

    def carry_out(self) -> GateRun:
        """
        GateRun to the end and return the run, which is filed after every round.

        Ctrl-C ends it early, and what was measured is kept. Raises `ServerLost` when a server died.
        """
        began = monotonic()
        self._rng = random.Random(self.book.seed)
        with interrupt.held():
            try:
                with interrupt.listening():
                    self._rounds(began)
            except KeyboardInterrupt:
                self.book.interrupted = True
            finally:
                self.workers.end()
            self.book.took = monotonic() - began
            self.filed(self.book.run)
        return self.book.run

    def _rounds(self, began: float) -> None:
        self._pilot()
        while self._goes_on():
            self._round()
            self.book.took = monotonic() - began
            # On file it is interrupted until it has come to its end: who is killed can say so no more.
            self.filed(replace(self.book.run, interrupted=True))

    def _goes_on(self) -> bool:
        # A cell that is missing makes the whole run invalid, whatever the others would say.
        if self.book.missing or self.book.rounds >= self._most or self._hopeless:
            return False
        return bool(self.book.open_cells)

    @property
    def _hopeless(self) -> bool:
        """Return whether most rounds so far were disturbed, so that more rounds would not help."""
        return self.book.rounds >= PATIENT and len(self.book.disturbed) * 2 > self.book.rounds

    @property
    def _most(self) -> int:
        """As many rounds as the rule wants to count, and up to half as many more in place of disturbed ones."""
        most = self.book.rule.max_rounds
        return most + min(len(self.book.disturbed), most // 2)

    def _start(self) -> None:
        if self.twins:
            first = {arm: self.slots.order(arm, self.twins[0].side(arm)) for arm in ARMS}
            self.workers.start(self._rng.randrange(2**32), first)

    def _pilot(self) -> None:
        self.tell("trial round, not counted: does everything run, and how long does it take?")
        self._start()
        pilot = Pilot(self.slots, self.book, self.seconds, self.calls)
        if self.twins:
            self.twins = pilot.run(self.twins)
        self._cpu = pilot.cpu
        if self.rows:
            self.rows.declare(self.book)

    def _round(self) -> None:
        names = set(self.book.open_cells)
        cells = count(len(self.book.declared), "cell")
        self.tell(f"round {self.book.rounds + 1} of at most {self._most}: {len(names)} of {cells} not decided yet")
        pairs: list[PairedSlot] = []
        before = look()
        if self.twins and names & {PROCESS, *(twin.name for twin in self.twins)}:
            self._start()
            before = look()
            pairs += self._slots(names)
        if self.rows:
            pairs += self.rows.measure(self._rng, names)
        self.book.enter(pairs, disturbance(taken(before, look()), self.book.rule))
        self.workers.end()

    def _slots(self, names: set[str]) -> list[PairedSlot]:
        """Measure the cells among *names*; for the processes' memory alone, any one of them will do."""
        chosen = [twin for twin in self.twins if twin.name in names] or self.twins[:1]
        self._rng.shuffle(chosen)
        try:
            pairs = [self._pair(twin) for twin in chosen]
        except SlotFailure as failed:
            self.book.leave_out(failed.cell, failed.arm, str(failed))
            return []
        memory = [{MEMORY.metric: float(self.workers.memory(arm))} for arm in ARMS]
        return [*pairs, PairedSlot(PROCESS, "BC", *memory)]

    def _pair(self, twin: Twin) -> PairedSlot:
        order = self._rng.choice(("BC", "CB"))
        both: dict[str, dict[str, float]] = {}
        for letter in order:
            arm = ARMS["BC".index(letter)]
            burn = self._burn(twin) if arm == "candidate" else 0
            both[arm] = self.slots.values(twin, arm, self.book.rounds, burn)
        return PairedSlot(twin.name, order, both["base"], both["candidate"])

    def _burn(self, twin: Twin) -> int:
        """Nanoseconds a call to plant: of what the rounds before showed, or else the pilot round."""
        control = self.book.control
        if control is None or control.share is None or control.cell != twin.name:
            return 0
        typical = self.book.typical(twin.name, "cpu") or self._cpu[twin.name]
        return round(control.share * typical)
