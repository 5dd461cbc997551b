"""
Carries out an SLO search: for each cell and round, slots of an open loop at rates that close in on the highest.

A round has a launch and a seed of its own, so that the rounds' answers differ as the arrivals' luck does. After
the first round a search begins where the one before ended. What each slot was asked and kept goes into run.json.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from math import sqrt
from typing import Any

from harness import arriving, bench, interrupt, slo
from harness.config import Mistake, RunConfig
from harness.folder import Ledger, fresh, point_latest
from harness.journal import Lost
from harness.launch import Broken
from harness.plan import Planned
from harness.runner import Progress, Round, Runner, Tell, measured, order_of
from harness.server import NotReady
from harness.servers import Servers
from harness.slo_search import Bounds, Found, search
from harness.store import Unwritten, Writer
from harness.team import Team, team

ROUNDS = 5
START, FIRST_STEP, LATER_STEP = 10.0, 2.0, 1.15
LONGEST = 60.0
"""Seconds that a slot's calls may be due over, however low the rate."""

GRACE = 1.0
"""Seconds after which a call that has missed its limit anyway is cut off."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched for: *words* of the arrivals without a rate, limits, the share of calls that must keep."""

    config: RunConfig
    words: str
    slo: slo.Slo
    share: float
    duration: float
    bounds: Bounds

    @property
    def fewest(self) -> int:
        """Calls that it takes to see the share: with two of them missed it is just not kept."""
        return round(2 / (1 - self.share)) if self.share < 1 else 100


@dataclass(slots=True)
class Cellwise:
    """What was found of one cell, round by round; `rounds` has an entry a round, with all that was tried."""

    planned: Planned
    rounds: list[dict[str, Any]] = field(default_factory=list)
    start: float = START
    step: float = FIRST_STEP

    def note(self, found: Found | None, tried: list[dict[str, Any]]) -> None:
        """Note the outcome of a round; None where it broke off."""
        self.rounds.append({"kept": None, "missed": None, "tried": tried, "whole": found is not None})
        if found is None:
            return
        self.rounds[-1] |= asdict(found)
        near = [rate for rate in (found.kept, found.missed) if rate is not None]
        self.start, self.step = sqrt(near[0] * near[-1]), LATER_STEP

    def to_json(self) -> dict[str, Any]:
        """Answer it for run.json."""
        return {"cell": asdict(replace(self.planned.cell, arrivals="")), "rounds": self.rounds}


def asked(config: RunConfig, share: float, bounds: Bounds) -> Asked:
    """Put together what is searched for. Raises `Mistake` for what cannot be searched."""
    if config.base_url:
        raise Mistake("a search sends as much as it takes: it is for a server of your own, not for --base-url")
    if not config.slo:
        raise Mistake("there is no SLO to be kept: --slo ttft=0.5,e2e=2")
    if not 0 < share <= 1:
        raise Mistake(f"share must lie between 0 and 1, not {share:g}")
    if not 0.01 <= bounds.least < bounds.most <= 100_000:
        raise Mistake(f"rates must lie between 0.01 and 100000, and {bounds.least:g} below {bounds.most:g}")
    limits = slo.read(config.slo)
    words = config.arrivals or "poisson"
    arriving.read(words, rate=START)
    # Shorter than a few of its own limits, a slot is over before a queue can make calls miss them.
    longest = max(limits.limits.values()) / 1e9
    return Asked(config, words, limits, share, config.duration or max(5.0, 5 * longest), bounds)


def run(question: Asked, tell: Tell) -> bench.Outcome:
    """Search for each strategy and answer where the run is; raises `Mistake` before anything is measured."""
    arrivals = arriving.read(question.words, rate=START).words
    config = replace(question.config, arrivals=arrivals, rounds=question.config.rounds or ROUNDS, calls=1)
    subjects = bench.asked_of(config)
    parts = [(each.title, plan) for each in subjects for plan in each.plans]
    folder = fresh(config.results, config.name or "slo")
    with interrupt.held():
        with bench.begun(folder), Servers(config) as servers, Writer(folder) as writer:
            ledger = Ledger(config, folder, writer, {each.title: each.question for each in subjects})
            with Runner(config, servers, ledger, tell) as runner, interrupt.listening():
                drawn = bench.prepare(config, parts, servers, runner, ledger)
            # The cells of a search are in its own part of run.json: each was run at many rates.
            ledger.plan((), 0, pinned=servers.pinned)
            state, reason = Searching(question, config, servers, ledger, tell).carry_out(drawn)
        note = point_latest(folder)
    faults = [*([reason] if reason else []), *ledger.balance.faults, *ledger.reasons]
    return bench.Outcome(folder, state, tuple(faults), (note,) if note else ())


class Searching:
    """A search while it goes on."""

    def __init__(self, question: Asked, config: RunConfig, servers: Servers, ledger: Ledger, tell: Tell) -> None:
        self._question, self._config = question, config
        self._servers, self._ledger, self._tell = servers, ledger, tell
        self._found: dict[str, Cellwise] = {}
        self._slots = 0

    def carry_out(self, drawn: Sequence[Round]) -> tuple[str, str | None]:
        """Search in every round; answer the run's state and why it is no other."""
        state, reason = "finished", None
        try:
            with interrupt.listening():
                self._search(drawn)
        except KeyboardInterrupt:
            state, reason = "interrupted", interrupt.reason()
        except Unwritten as full:
            state, reason = "failed", full.why
        except (Lost, NotReady, Broken) as lost:
            state, reason = "failed", str(lost)
        if state == "finished" and self._ledger.balance.faults:
            state = "failed"
        self._ledger.searched(self._facts())
        return state, bench.closed(self._ledger, state, reason)

    def _search(self, drawn: Sequence[Round]) -> None:
        for each in drawn:
            workers = team(self._config.processes, self._servers.worker_cores, each.hash_seed)
            with workers as launch:
                for place, planned in enumerate(each.slots):
                    done = each.number * len(each.slots) + place
                    self._cell(launch, planned, each.number, (done, len(drawn) * len(each.slots)))

    def _facts(self) -> Mapping[str, Any]:
        question = self._question
        return {
            "slo": dict(question.slo.limits),
            "share": question.share,
            "arrivals": question.words,
            "duration": question.duration,
            **asdict(question.bounds),
            "cells": [each.to_json() for each in self._found.values()],
        }

    def _cell(self, launch: Team, planned: Planned, number: int, progress: tuple[int, int]) -> None:
        own = self._found.setdefault(planned.cell.id, Cellwise(planned))
        tried: list[dict[str, Any]] = []
        trial = search(own.start, own.step, self._question.bounds)
        found: Found | None = None
        try:
            rate = next(trial)
            while True:
                self._tell(Progress(*progress, f"{planned.cell.id} at {rate:.3g}/s", number, None))
                tried.append(self._slot(launch, planned, number, rate))
                rate = trial.send(tried[-1]["share"] >= self._question.share)
        except StopIteration as end:
            found = end.value
        finally:
            own.note(found, tried)

    def _slot(self, launch: Team, planned: Planned, number: int, rate: float) -> dict[str, Any]:
        """Run a slot at *rate* and answer what share of its calls kept the SLO."""
        arrivals, seed = arriving.read(self._question.words, rate=rate), self._config.seed + number
        config = replace(self._config, seed=seed)
        calls = self._calls(arrivals, seed, rate)
        opened = replace(planned, arrivals=arrivals.words, calls=calls)
        order = order_of(config, opened, self._slots, self._servers.of(planned).base_url)
        # A search has many slots in a round; all of them get the round's latencies.
        order = replace(order, draw=number, patience=max(self._question.slo.limits.values()) / 1e9 + GRACE)
        self._slots += 1
        slot, made = measured(launch, order, 0, config.slot_timeout)
        self._ledger.enter(slot, made, order.made)
        counted = [call for call in made if not call.warmup]
        kept = sum(map(self._question.slo.met, counted))
        return {"rate": rate, "calls": calls, "share": kept / calls, "slot": order.round}

    def _calls(self, arrivals: arriving.Arrivals, seed: int, rate: float) -> int:
        """As many calls as come in the slot's time, or as it takes to see the share, if that is not too long."""
        wanted = max(rate * self._question.duration, min(self._question.fewest, rate * LONGEST), 5)
        # A recording may have fewer.
        return sum(1 for _ in islice(arrivals.due_times(seed), min(round(wanted), arriving.MOST)))
