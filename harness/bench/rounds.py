"""
Runs the plan: rounds x slots in a random order, each round in its own worker process (a launch).

    round 1: launch ── slot slot slot … (shuffled)   round 2: launch ── slot slot … (shuffled again)   …
                          └► calls ─► join with the journal ─► file

A round has one launch and not one per loop. So the loops of a cell are compared within one process and share its
hash seed and memory layout, and a round costs one import less.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Self

from overlap.harness.application.project_python import interpreter_of
from overlap.harness.bench.surroundings import Surroundings
from overlap.harness.bench.worker_group import Team, team
from overlap.harness.bench.worker_process import Launch, WorkerFailure
from overlap.harness.host.core_pinning import seats
from overlap.harness.host.environment import given
from overlap.harness.host.secrets import line
from overlap.harness.mock.processes import Servers
from overlap.harness.model import arrivals_spec
from overlap.harness.model.config import RunConfig
from overlap.harness.model.plan import Planned
from overlap.harness.model.record import UNTRIED, Call, Slot
from overlap.harness.remote.visit import Visit
from overlap.harness.store.ledger import Ledger
from overlap.harness.worker.order import Order
from overlap.harness.worker.results import FirstCalls


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The progress of a run: slots done and in all, the next cell, and the seconds left (None: not known yet)."""

    done: int
    total: int
    cell: str | None
    round: int
    left: float | None


Tell = Callable[[RunProgress], None]

# With fewer rounds there are no confidence intervals.
LEAST_ROUNDS = 3


@dataclass(slots=True)
class DrawnRound:
    """One round of a run: its slots in the order drawn for it."""

    number: int
    slots: list[Planned]
    hash_seed: int


def rounds(planned: Sequence[Planned], seed: int) -> list[DrawnRound]:
    """Draw the order of every round's slots; a cell with fewer rounds than others sits out the last ones."""
    rng = random.Random(seed)
    drawn = []
    for number in range(max((each.rounds for each in planned), default=0)):
        slots = [each for each in planned if number < each.rounds]
        rng.shuffle(slots)
        drawn.append(DrawnRound(number, slots, rng.randrange(2**32)))
    return drawn


def order_of(config: RunConfig, planned: Planned, number: int, base_url: str) -> Order:
    """Return the order for one slot of *planned* in round *number*, on the server at *base_url*."""
    return Order(
        cell=planned.cell,
        round=number,
        draw=number,
        calls=planned.calls,
        warmup=planned.warmups,
        base_url=base_url,
        seed=config.seed,
        executor=config.executor,
        timeout=config.timeout,
        max_retries=config.max_retries,
        subject=planned.subject,
        inputs=str(config.inputs) if config.inputs else None,
        allow=config.allow,
        arrivals=planned.arrivals,
        span=span(config, planned),
        # A closed loop waits for answers and not for the clock. If there is only one core, the server needs it.
        awake=bool(planned.arrivals) and seats().apart,
        processes=config.processes if planned.arrivals else 1,
        # Calls cut off after this must still end within the slot's timeout, blocking calls by their own timeout.
        patience=max(config.slot_timeout / 2, config.slot_timeout - config.timeout - 5),
    )


def span(config: RunConfig, planned: Planned) -> float:
    """Return how many seconds after its start an open loop's last call is due; 0 in a closed loop."""
    if not planned.arrivals:
        return 0.0
    return arrivals_spec.read(planned.arrivals).last(config.seed, planned.calls) / 1e9


def measured(launch: Launch | Team, order: Order, position: int, patience: float) -> tuple[Slot, list[Call]]:
    """
    Have *launch* carry out *order*, and return the slot and its calls, joined with the server's journal.

    Raise `WorkerFailure` if the worker does not answer within *patience* seconds; for an open loop they count from
    its last due time. Raise `ServerLost` if the server is gone.
    """
    outside = Surroundings(order)
    return outside.slot(launch.slot(order, patience + order.span), position)


class Runner:
    """Runs the rounds of one run, and writes each slot's result to the ledger at once."""

    def __init__(
        self, config: RunConfig, servers: Servers, ledger: Ledger, tell: Tell, visit: Visit | None = None
    ) -> None:
        self._config, self._servers, self._ledger, self._tell = config, servers, ledger, tell
        self.visit = visit
        self.interpreter = interpreter_of(config.scenarios, config.python)
        self._began = monotonic()
        self._took: dict[str, float] = {}
        self._broken: set[str] = set()
        self._launch: Team | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def order(self, planned: Planned, number: int) -> Order:
        """Return the order for one slot of *planned* in round *number*."""
        order = order_of(self._config, planned, number, self._servers.of(planned).base_url)
        return replace(order, remote=self.visit.remote(planned.tokens)) if self.visit else order

    def methods(self, planned: Planned) -> list[str]:
        """Return the methods of the application of *planned*. Raise `WorkerFailure` if it cannot be built."""
        return self._current(self._config.seed).methods(self.order(planned, 0), self._config.slot_timeout)

    def tried(self, order: Order) -> FirstCalls:
        """
        Have a worker make the first calls of *order*; return what they gave.

        Raise `WorkerFailure` or `Mistake`.
        """
        return self._current(self._config.seed).tried(order, self._config.slot_timeout)

    def carry_out(self, drawn: Sequence[DrawnRound]) -> Sequence[DrawnRound]:
        """
        Run all rounds, or as many as the configuration's time allows, and return those that were not begun.

        A slot whose worker fails is noted, and its cell is left out from then on. Raise `ServerLost` when a server
        died, and `VisitStopped` when a real endpoint must be sent no more.
        """
        waiting, done = [planned for each in drawn for planned in each.slots], 0
        for turn, each in enumerate(drawn):
            if self._late_for(each):
                self._tell(RunProgress(done, done, None, turn, 0.0))
                return drawn[turn:]
            # The first round uses the launch of the dry run, which has imported the applications already.
            if each.number:
                self.end()
            for position, planned in enumerate(each.slots):
                left = self._left(waiting[done:])
                self._tell(RunProgress(done, len(waiting), planned.cell.id, each.number, left))
                self._turn(planned, each, position)
                done += 1
        self._tell(RunProgress(done, len(waiting), None, len(drawn), 0.0))
        return ()

    def _turn(self, planned: Planned, drawn: DrawnRound, position: int) -> None:
        if planned.cell.id in self._broken:
            self._ledger.missing(planned.cell, drawn.number, UNTRIED)
        else:
            self._slot(self._current(drawn.hash_seed), planned, drawn.number, position)

    def _late_for(self, drawn: DrawnRound) -> bool:
        """
        Return whether *drawn* would end after the configured time limit.

        This depends on the clock and never on the measured values, because stopping upon a result biases it. Only
        whole rounds are left out, so that every cell was measured in the same moments of the machine.
        """
        limit = self._config.max_time
        if limit is None or drawn.number < LEAST_ROUNDS:
            return False
        return monotonic() - self._began + (self._guess(drawn.slots) or 0.0) > limit

    def _current(self, hash_seed: int) -> Team:
        env = {**given(self._config.env), **(self.visit.environment if self.visit else {})}
        if self._launch is None:
            self._launch = team(
                self._config.processes, self._servers.worker_cores, hash_seed, env, self.interpreter
            )
        return self._launch

    def end(self) -> None:
        """End the current launch, if there is one."""
        if self._launch:
            self._launch.end()
        self._launch = None

    def _slot(self, launch: Team, planned: Planned, number: int, position: int) -> None:
        order, began = self.order(planned, number), monotonic()
        try:
            slot, calls = measured(launch, order, position, self._config.slot_timeout)
        except WorkerFailure as broken:
            self.end()
            self._broken.add(planned.cell.id)
            self._ledger.missing(planned.cell, number, line(str(broken)))
            self._servers.check()
            if self.visit:
                self.visit.lost(planned)
            return
        if self.visit and slot.metered:
            self.visit.charge(slot.metered)
            # A slot with refused requests says nothing about its cell; its calls are kept, as they were paid for.
            slot = replace(slot, error=slot.metered.reason if slot.metered.refused else None)
        self._ledger.enter(slot, calls, order.total_calls)
        self._took[planned.cell.id] = monotonic() - began
        if self.visit:
            self.visit.check(calls)

    def _left(self, waiting: Sequence[Planned]) -> float | None:
        """
        Estimate the seconds until the end of a run in which these slots are still *waiting*.

        None if unknown.
        """
        guess, limit = self._guess(waiting), self._config.max_time
        if guess is None or limit is None:
            return guess
        return min(guess, max(0.0, limit - (monotonic() - self._began)))

    def _guess(self, waiting: Sequence[Planned]) -> float | None:
        """Estimate the seconds that these slots will take, from earlier slots of their cells; None if unknown."""
        if not self._took:
            return None
        usual = sum(self._took.values()) / len(self._took)
        return sum(self._took.get(planned.cell.id, usual) for planned in waiting)
