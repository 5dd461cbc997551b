"""The gate's verdicts keep the error rates that they are printed with."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import exp, log1p
from random import Random

import numpy as np

from overlap.harness.gate import view
from overlap.harness.gate.evidence.simulate import Site, row
from overlap.harness.gate.judge import judge, judge_series, settled
from overlap.harness.gate.machine import Machine
from overlap.harness.gate.meaning import RARE
from overlap.harness.gate.measure.slot_values import TAIL
from overlap.harness.gate.record import ERRORS, Arm, GateRule, GateRun, JudgedSeries, RoundPair, Series
from overlap.harness.proof.row import ProofRow, share_within

BUILDS, SERIES = 400, 2_000
RULE = GateRule()
SITES = (
    Site("12 cells, noise of 3.7 % a round", Machine(), 12, 1),
    Site("12 cells, noise of 11 % a round", Machine(times=3.0), 12, 1),
)
ARM = Arm("x", "x")


def rows() -> Iterator[ProofRow]:
    """Yield the rows of timed series, of counts, of failed calls, and of the numbers beside a verdict."""
    yield from _timed()
    yield from _tail()
    yield from _counts()
    yield _failures()
    yield _arithmetic()


def _timed() -> Iterator[ProofRow]:
    for site in SITES:
        logs = site.draw(BUILDS, RULE.max_rounds, 11)
        same = row(logs, 0.0, RULE)
        yield share_within(
            "regressed: any series", f"nothing slower, {site.title}", same.false, BUILDS, (0, RULE.alpha)
        )
        yield share_within(
            "improved: any series", f"nothing faster, {site.title}", same.wrong, BUILDS, (0, RULE.alpha)
        )
        slower = row(logs, RULE.pass_bound, RULE)
        yield share_within(
            "pass of a time",
            f"one cell {RULE.pass_bound:.0%} slower, {site.title}",
            slower.passed,
            BUILDS,
            (0, RULE.beta),
        )


def _tail() -> Iterator[ProofRow]:
    """Yield how often a p95 that is slower by its own bound is passed; its noise is three times a median's."""
    site = replace(SITES[1], cells=1)
    logs = site.draw(BUILDS * 3, RULE.max_rounds, 12)
    slower = row(logs, TAIL, replace(RULE, pass_bound=TAIL))
    yield share_within(
        "pass of a p95", f"{TAIL:.0%} slower, noise of 11 % a round", slower.passed, BUILDS * 3, (0, RULE.beta)
    )


def _stopped(series: Series, hypotheses: int = 1) -> JudgedSeries:
    """Judge *series* after each of its rounds until it is settled, as a run does."""
    for last in range(1, len(series.pairs) + 1):
        judged = judge_series(replace(series, pairs=series.pairs[:last]), RULE, hypotheses)
        if settled(judged, series, RULE, hypotheses):
            break
    return judged


def _series(metric: str, kind: str, pairs: Sequence[tuple[float, float]], rng: Random) -> Series:
    pairs_made = tuple(
        RoundPair(i, rng.choice(("BC", "CB")), float(a), float(b)) for i, (a, b) in enumerate(pairs)
    )
    return Series(
        "a", metric, "" if kind == "exact" else "ns", "exact" if kind == "exact" else "timed", "lower", pairs_made
    )


def _counts() -> Iterator[ProofRow]:
    rng = Random(13)
    alarms = 0
    for _ in range(SERIES):
        share = rng.random()
        drawn = [(float(rng.random() < share), float(rng.random() < share)) for _ in range(40)]
        alarms += _stopped(_series("requests_per_call", "exact", drawn, rng)).verdict == "regressed"
    yield share_within("regressed: a count", "two sides that vary alike", alarms, SERIES, (0, RULE.alpha))
    missed = sum(
        judge_series(
            _series("peak", "exact", [(1, 1 + (rng.random() < 1 / RARE)) for _ in range(3)], rng), RULE, 1
        ).verdict
        == "pass"
        for _ in range(SERIES)
    )
    bound = (1 - 1 / RARE) ** 3
    yield share_within(
        f"pass of a count equal in 3 rounds: missed with probability {bound:.1%}",
        f"one more in one round of {RARE}",
        missed,
        SERIES,
        (bound - 0.03, bound + 0.03),
    )
    passed = 0
    for _ in range(SERIES):
        bases = [rng.choice((3, 4)) for _ in range(80)]
        drawn = [(float(base), base + (1.0 if rng.random() < 0.75 else -1.0)) for base in bases]
        passed += _stopped(_series("connections", "exact", drawn, rng)).verdict == "pass"
    yield share_within(
        "pass of a count that varies",
        "worse in net half of the rounds",
        passed,
        SERIES,
        (0, RULE.beta),
    )


def _run(series: list[Series]) -> GateRun:
    cells = tuple(dict.fromkeys(each.cell for each in series))
    return GateRun(ARM, ARM, RULE, cells, tuple(series), rounds=max(len(each.pairs) for each in series))


def _failures() -> ProofRow:
    """Return how often a candidate that fails more and is cheaper by it is called better."""
    rng, better, builds = Random(14), 0, 300
    for _ in range(builds):
        share = rng.choice((0.005, 0.02, 0.25))
        failed = [sum(rng.random() < share for _ in range(64)) for _ in range(20)]
        cpu = [(exp(rng.gauss(0, 0.03)), exp(rng.gauss(-0.15, 0.03))) for _ in failed]
        verdicts = judge(
            _run([_series("cpu", "timed", cpu, rng), _series(ERRORS, "exact", [(0, n) for n in failed], rng)])
        )
        better += verdicts.verdict == "improved" and sum(failed) > 0
    return share_within("improved", "14 % less CPU, and 0.5 to 25 % of calls fail", better, builds, (0, 0))


def _arithmetic() -> ProofRow:
    """Return how many rows contradict their own change, where drift sets the medians of the sides apart."""
    rng, wrong, builds = np.random.default_rng(15), 0, 500
    for _ in range(builds):
        base = 5e6 * np.exp(rng.normal(0, 0.15, 16))
        other = 5e6 * np.exp(rng.normal(rng.choice((0.0, 0.3)), 0.15, 16))
        series = _series("cpu", "timed", list(zip(base.tolist(), other.tolist(), strict=True)), Random(1))
        line = view.line(judge_series(series, RULE, 1))
        start, end = (float(word) for word in re.findall(r"[\d.]+", line.values)[:2])
        change = float(line.change.removesuffix(" %")) / 100
        wrong += abs(log1p(change) - log1p(end / start - 1)) > 0.012  # three digits of either
    return share_within("from → to and change", "rounds with a noise of 15 % a side", wrong, builds, (0, 0))
