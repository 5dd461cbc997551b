"""
How often the gate is wrong, and how soon it is right, in simulation.

Run it: `python -m overlap.harness.gate.evidence.simulate`.

Builds are drawn from a noisy `Machine` and judged round by round by the very functions that judge a run, until
every series is settled: nothing changed, and one cell slower by 3, 5 and 10 %; then all of it with the noise
tripled, where the gate must rather be undecided than wrong. Shares have Wilson's 95 % interval (Journal of the
American Statistical Association 22 (1927) 209). Luck that lasts a whole run is in no model here, and in no ratio
of rounds.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from math import log, log1p, sqrt
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from overlap.harness.gate.evidence.eprocess import evidence
from overlap.harness.gate.evidence.interval import ends
from overlap.harness.gate.evidence.timed import decide, learned
from overlap.harness.gate.evidence.why import SeriesEvidence
from overlap.harness.gate.machine import Machine, log_ratios
from overlap.harness.gate.record import GateRule
from overlap.harness.model.wilson import wilson
from overlap.harness.stats.quantiles import Floats
from overlap.harness.stats.robust import NORMAL_MAD, middle, walsh

SLOWER = (0.0, 0.03, 0.05, 0.10)
# How much of a round's noise the metrics of a cell share: CPU and wall time were seen to move together.
COMMON = 0.8


@dataclass(frozen=True, slots=True)
class SimulatedEnd:
    """Results of cells: verdicts, whether intervals hold the truth (cells, metrics), rounds until they stopped."""

    verdicts: NDArray[np.str_]
    held: NDArray[np.bool_]
    rounds: NDArray[np.int_]


def measured(logs: Floats, rule: GateRule, hypotheses: int, truth: Floats) -> SimulatedEnd:
    """
    Judge log ratios *logs* (cells, metrics, rounds) round by round, each cell until all its metrics are settled.

    *truth* are the true log ratios (cells, metrics).
    """
    weights_by_round = evidence(logs, rule.noise, log1p(rule.pass_bound))
    enough = log(hypotheses / rule.alpha)
    telling = (
        (weights_by_round.slower >= enough)
        | (weights_by_round.faster >= enough)
        | (weights_by_round.under >= -log(rule.beta))
    )
    verdicts = np.full(logs.shape[:-1], "inconclusive")
    held, took = np.zeros(logs.shape[:-1], dtype=bool), np.full(len(logs), rule.max_rounds)
    waiting = np.ones(len(logs), dtype=bool)
    for last in range(logs.shape[-1]):
        done = np.zeros(logs.shape[:-1], dtype=bool)
        open_ = np.nonzero(telling[..., last] & waiting[:, None])
        estimates = middle(walsh(logs[open_][:, : last + 1]))
        for cell, metric, estimate in zip(*open_, estimates.tolist(), strict=True):
            weights = (
                weights_by_round.slower,
                weights_by_round.faster,
                weights_by_round.under,
                weights_by_round.over,
            )
            seen = SeriesEvidence(estimate, *(float(each[cell, metric, last]) for each in weights))
            verdict = decide(seen, rule, hypotheses)
            verdicts[cell, metric] = verdict
            done[cell, metric] = learned(verdict, estimate, seen.faster, rule, hypotheses)
        stopped = waiting & (done.all(axis=-1) | (last + 1 == logs.shape[-1]))
        took[stopped] = last + 1
        if stopped.any():
            held[stopped] = _holds(logs[stopped, :, : last + 1], truth[stopped])
        waiting &= ~stopped
    return SimulatedEnd(verdicts, held, took)


def _holds(logs: Floats, truth: Floats) -> NDArray[np.bool_]:
    """Return for each series whether its interval at the end holds the *truth*."""
    interval = ends(walsh(logs), logs.shape[-1])
    assert interval is not None, "no series stops before the sixth round"
    return (interval[0] <= truth) & (truth <= interval[1])


@dataclass(frozen=True, slots=True)
class SimulationRow:
    """
    Builds in which the first of the cells was slower by a share, counted.

    *false* alarms are in cells that did not change, *wrong* improvements in any; *caught* are builds that called
    the first cell regressed, *named* those that called no other; *passed* those that passed it.
    """

    builds: int
    slower: float
    caught: int
    named: int
    passed: int
    false: int
    wrong: int
    undecided: float
    rounds: float
    longest: float
    held: float


def row(logs: Floats, slower: float, rule: GateRule) -> SimulationRow:
    """Judge builds of log ratios *logs* (builds, cells, metrics, rounds), the first cell *slower* by a share."""
    builds, cells, metrics, rounds = logs.shape
    truth = np.zeros((builds, cells, metrics))
    truth[:, 0] = log1p(slower)
    flat = (logs + truth[..., None]).reshape(builds * cells, metrics, rounds)
    ending = measured(flat, rule, cells * metrics, truth.reshape(-1, metrics))
    verdicts = ending.verdicts.reshape(builds, cells, metrics)
    regressed = (verdicts == "regressed").any(axis=-1)
    changed = int(slower > 0)
    caught, others = regressed[:, 0] & bool(slower), regressed[:, changed:].any(axis=-1)
    took = ending.rounds.reshape(builds, cells)
    return SimulationRow(
        builds=builds,
        slower=slower,
        caught=int(caught.sum()),
        named=int((caught & ~others).sum()),
        passed=int((verdicts[:, 0] == "pass").all(axis=-1).sum()),
        false=int(others.sum()),
        wrong=int((verdicts == "improved").any(axis=(1, 2)).sum()),
        undecided=int((verdicts[:, changed:] == "inconclusive").sum()) / max(1, verdicts[:, changed:].size),
        rounds=float(took.mean()),
        longest=float(took.max(axis=1).mean()),
        held=float(ending.held.mean()),
    )


@dataclass(frozen=True, slots=True)
class Site:
    """A simulated site: a title, a machine, and how many cells and metrics a build has."""

    title: str
    machine: Machine
    cells: int
    metrics: int

    def draw(self, builds: int, rounds: int, seed: int) -> Floats:
        """Draw log ratios where nothing changed; shape (builds, cells, metrics, rounds)."""
        drawn = [log_ratios(self.machine, builds, self.cells, rounds, seed + k) for k in range(self.metrics + 1)]
        if self.metrics == 1:
            return drawn[0][:, :, None]
        own = sqrt(1 - COMMON**2)
        return np.stack([COMMON * drawn[0] + own * each for each in drawn[1:]], axis=2)


SITES = (
    Site("30 cells, the noise of shared runners", Machine(), 30, 1),
    Site("30 cells, that noise tripled", Machine(times=3.0), 30, 1),
    Site("12 cells, 3 metrics each, 3 % a round", Machine(times=0.75), 12, 3),
    Site("12 cells, 3 metrics each, 4.5 % a round", Machine(times=1.15), 12, 3),
    Site("12 cells, 3 metrics each, 6 % a round", Machine(times=1.55), 12, 3),
)
COLUMNS = (
    "slower caught % (95 %)     named alone  passed  false alarm % (95 %)  false improved  undecided"
    "  rounds  longest  interval holds"
)


def table(site: Site, builds: int, seed: int, rule: GateRule) -> Iterator[str]:
    """Yield line by line how the gate fares at *site*."""
    logs = site.draw(builds, rule.max_rounds, seed)
    spread = NORMAL_MAD * float(np.median(np.abs(logs)))
    yield f"{site.title}: {builds} builds; a round's robust sd is {spread:.1%}, its sd {logs.std():.1%}"
    yield COLUMNS
    for slower in SLOWER:
        line = row(logs, slower, rule)
        yield (
            f"{slower:5.0%}  {_share(line.caught, builds) if slower else '':21}"
            f"{_percent(line.named / builds) if slower else '':>10}{_percent(line.passed / builds):>8}  "
            f"{_share(line.false, builds):21}{_percent(line.wrong / builds):>15}{_percent(line.undecided):>11}"
            f"{line.rounds:8.1f}{line.longest:9.1f}{_percent(line.held):>16}"
        )


def _share(hits: int, trials: int) -> str:
    low, high = wilson(hits, trials)
    return f"{hits / trials * 100:5.1f} [{low * 100:.2f}, {high * 100:.2f}]"


def _percent(share: float) -> str:
    return f"{share * 100:.1f}"


def main() -> None:
    """Print the tables; a minute of work with the usual 1000 builds."""
    words = argparse.ArgumentParser(description="How often the gate is wrong, and how soon it is right.")
    words.add_argument("--builds", type=int, default=1000, help="builds at each noise (1000)")
    words.add_argument("--seed", type=int, default=7, help="seed of everything drawn (7)")
    given = words.parse_args()
    began = monotonic()
    for site in SITES:
        print(*table(site, given.builds, given.seed, GateRule()), "", sep="\n", flush=True)
    print(
        "slower: the first cell, truly. named alone: no other was called regressed. passed: the first cell was."
        "\nfalse alarm, false improved, undecided: of unchanged cells, the first two per build."
        f"\nrounds: on average a cell; longest: of a build's cells. {monotonic() - began:.0f} s."
    )


if __name__ == "__main__":
    main()
