"""Failed calls make no rate faster and no percentile lower, and change no other call's figures."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

from overlap.harness.model.metrics import SLOTS
from overlap.harness.model.record import Call, Cell, Slot
from overlap.harness.model.slo import Slo
from overlap.harness.proof.row import ProofRow
from overlap.harness.report.figures import spell_out
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.goodput import goodput
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_about import RunAbout
from overlap.harness.store.run_files import Run

S, MS = 10**9, 10**6
CELL = Cell("s", "chain", "gather", "asyncio", 16)
OPEN = replace(CELL, arrivals="constant,rate=50")
SLOT = Slot(CELL.id, 0, 0, 0, 0, 1, 0)
[RATE] = [metric for metric in SLOTS if metric.name == "throughput"]
CALLS = 1_000


def rows() -> Iterator[ProofRow]:
    """Yield rows for percentiles, for the rates of a closed loop, and for those of an open one."""
    whole, some = _p(0), _p(40)
    p99 = some["e2e.p99"]
    yield ProofRow(
        "E2E latency p99",
        "4 of 100 calls time out after 30 s",
        "≥ 30.0 s",
        spell_out(p99),
        spell_out(p99) == "≥ 30.0 s",
    )
    for name, q in (("e2e.p50", 0.5), ("e2e.p95", 0.95)):
        planted = f"4 of 100 calls time out; {CALLS:,} calls"
        exact = _counted(q)
        yield ProofRow(
            f"E2E latency {name[4:]}",
            planted,
            f"{exact / MS:.2f} ms, as if they had never ended",
            f"{some[name].value / MS:.2f} ms (without failures {whole[name].value / MS:.2f})",
            abs(some[name].value / exact - 1) < 1e-6 and not some[name].at_least,
        )
    good = [Call(CELL.id, 0, index, 0, 300 * MS) for index in range(8)]
    bad = [Call(CELL.id, 0, 8 + index, 0, 30 * S, error="APITimeoutError") for index in range(8)]
    yield from _rates("8 of 16 calls time out after 30 s", CELL, good + bad, 8 / 30)
    calls = [Call(CELL.id, 0, i, i * 20 * MS, (i * 20 + 300) * MS, due=i * 20 * MS) for i in range(250)]
    hung = replace(calls[0], done=30 * S)
    yield from _rates(
        "50 calls a second for 5 s, one of which hangs for 30 s", OPEN, [hung, *calls[1:]], 50, kept=249
    )
    cut = replace(hung, error="Unfinished")
    yield from _rates("the same, and it is cut off", OPEN, [cut, *calls[1:]], 50 * 249 / 250)


def _rates(
    planted: str, cell: Cell, calls: list[Call], truth: float, kept: int | None = None
) -> Iterator[ProofRow]:
    """Hold both rates against the truth: goodput is of those that keep one second."""
    rate, _ = goodput(Slo({"e2e": S}))
    within = truth if kept is None else truth * kept / len(calls)
    for name, metric, wanted in (("calls per second", RATE, truth), ("goodput", rate, within)):
        value = metric.of(cell, SLOT, calls)
        assert value is not None
        yield ProofRow(name, planted, f"{wanted:.3g}/s", f"{value:.3g}/s", abs(value / wanted - 1) < 1e-6)


def _latency(index: int) -> int:
    return round(100 * MS * Random(index).lognormvariate(0, 0.4))


def _p(failing: int) -> dict[str, Estimate]:
    """Return the metrics of a run in which the first *failing* calls time out."""
    gone = [Call(CELL.id, 0, index, 0, 30 * S, error="APITimeoutError") for index in range(failing)]
    answered = [Call(CELL.id, 0, index, 0, _latency(index)) for index in range(failing, CALLS)]
    slot = Slot(CELL.id, 0, 0, CALLS, 0, 30 * S, 0)
    return dict(summarise(Run(Path("proof"), RunAbout(), (CELL,), (slot,), (*gone, *answered))).cells[0].metrics)


def _counted(q: float) -> float:
    """Return the quantile by counting: the place in the order of all, failed calls last."""
    ordered = sorted(_latency(index) for index in range(40, CALLS))
    place = (CALLS + 1 / 3) * q + 1 / 3
    below = int(place)
    return ordered[below - 1] + (place - below) * (ordered[below] - ordered[below - 1])
