"""CPU per call is the calls' own: no part of it goes with the time that passes."""

import asyncio
from collections.abc import Iterator
from time import process_time
from typing import Any

import numpy as np

from overlap.harness.probe import Probe
from overlap.harness.proof.row import ProofRow
from overlap.harness.worker.heartbeat import cost, sleeps
from overlap.harness.worker.stopwatch import awaited

MS, US = 1e6, 1e3
BEATS, TRIALS = 300, 200
CALLS, BURNT, WAITED = 8, 0.004, 0.12


def rows() -> Iterator[ProofRow]:
    """Yield a row for each share of beats that find the loop busy, and one of real loops that wait for long."""
    rng = np.random.default_rng(1)
    for busy in (0.0, 0.1, 0.5, 0.9):
        off = [_error(rng, busy) for _ in range(TRIALS)]
        worst = max(map(abs, off))
        yield ProofRow(
            "CPU per call, heartbeat taken off",
            f"{BEATS} beats of some 60 µs, {busy:.0%} beside a call of 3 ms; {TRIALS} slots",
            "within 2 % of the calls' own",
            f"{worst:.2%} off at the most",
            worst <= 0.02,
        )
    if sleeps() is None:
        return
    one, all_at_once = (asyncio.run(_slot(width)) for width in (1, CALLS))
    yield ProofRow(
        "CPU per call, in sequence and at once",
        f"{CALLS} calls that compute {BURNT * 1e3:g} ms and wait {WAITED * 1e3:g} ms, on this machine",
        "within 10 % of each other",
        f"{one / MS:.2f} and {all_at_once / MS:.2f} ms",
        abs(one / all_at_once - 1) <= 0.1,
    )


def _error(rng: np.random.Generator, busy: float) -> float:
    """Plant beats and calls in a slot; return by which share of the calls' CPU time its figure is off."""
    own = rng.lognormal(np.log(60 * US), 0.2, BEATS)
    calls = np.where(rng.random(BEATS) < busy, rng.lognormal(np.log(3 * MS), 0.5, BEATS), 0.0)
    # A call of its own to compare with, where every beat was alone.
    calls[0] = max(calls[0], 3 * MS)
    slept = np.where(calls > 0, rng.integers(2, 5, BEATS), 1)
    passed = [(int(x + y), int(n)) for x, y, n in zip(own, calls, slept, strict=True)]
    truth = sum(spent for spent, _ in passed) - cost(passed, own=round(5 * US))
    # Of a slot of hardly any calls, what matters is the whole slot's CPU time.
    return float((truth - calls.sum()) / max(calls.sum(), own.sum()))


async def _slot(width: int) -> float:
    """Run a slot of calls, *width* at a time, and return its CPU per call in ns."""

    async def call() -> None:
        end = process_time() + BURNT
        while process_time() < end:
            pass
        await asyncio.sleep(WAITED)

    async def strategy(*_: Any) -> None:
        for _turn in range(0, CALLS, width):
            await asyncio.gather(*(call() for _ in range(width)))

    timed = await awaited(strategy, None, [], Probe(), width)
    return timed.cpu / CALLS
