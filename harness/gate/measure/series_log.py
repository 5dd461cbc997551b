"""The books of a gate run while it goes on: series grow round by round, and make a `GateRun` at any time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import nan
from typing import Any

from overlap.harness.gate.judge import judge_series, settled
from overlap.harness.gate.record import ARMS, TRIAL, Arm, Control, GateRule, GateRun, Missing, RoundPair, Series
from overlap.harness.host.timestamps import timestamp
from overlap.harness.model.quantile import quantile

PROCESS = "(process)"  # the cell of what belongs to a worker and not to one of its slots


@dataclass(frozen=True, slots=True)
class PairedSlot:
    """One cell in one round: which side went first ("BC" or "CB"), and each side's value by metric."""

    cell: str
    order: str
    base: Mapping[str, float]
    candidate: Mapping[str, float]


@dataclass(slots=True)
class SeriesLog:
    """The state of a run so far. The series are declared before the first round; no round adds one."""

    base: Arm
    candidate: Arm
    rule: GateRule
    seed: int
    control: Control | None = None
    environment: Mapping[str, Any] = field(default_factory=dict)
    declared: tuple[str, ...] = ()
    missing: list[Missing] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    disturbed: dict[int, str] = field(default_factory=dict)
    rounds: int = 0
    interrupted: bool = False
    took: float = 0.0
    _series: dict[tuple[str, str], Series] = field(default_factory=dict)
    _began: str = field(default_factory=timestamp)

    def declare(self, series: Iterable[Series]) -> None:
        """Add the series that are going to be compared."""
        self._series |= {(each.cell, each.metric): each for each in series}

    def leave_out(self, cell: str, arm: str, reason: str, *, trial: bool = False) -> None:
        """Note that *cell* gave nothing in *arm*: it is not measured any more, and can pass no more."""
        self.missing.append(Missing(cell, arm, TRIAL if trial else self.rounds, reason))

    def enter(self, slots: Sequence[PairedSlot], disturbed: str | None) -> None:
        """Write down one round; *disturbed* says why it does not count."""
        for each in slots:
            for metric in each.base.keys() | each.candidate.keys():
                if series := self._series.get((each.cell, metric)):
                    pair = self._pair(each, metric, disturbed)
                    self._series[each.cell, metric] = replace(series, pairs=(*series.pairs, pair))
        if disturbed:
            self.disturbed[self.rounds] = disturbed
        self.rounds += 1

    def _pair(self, seen: PairedSlot, metric: str, disturbed: str | None) -> RoundPair:
        """Return the round of one metric, also where one arm alone has it, so that nothing is selected."""
        lacks = next((arm for arm in ARMS if metric not in getattr(seen, arm)), None)
        base, candidate = seen.base.get(metric, nan), seen.candidate.get(metric, nan)
        return RoundPair(self.rounds, seen.order, base, candidate, disturbed, lacks)

    @property
    def open_cells(self) -> list[str]:
        """
        The cells about which there is more to learn: no series of theirs regressed, and one is not settled.

        What has regressed needs no second witness, and the time is better spent on the other cells.
        """
        closed = {each.cell for each in self.missing}
        waiting: list[str] = []
        count = len(self._series)
        for series in self._series.values():
            judged = judge_series(series, self.rule, count)
            if judged.verdict == "regressed":
                closed.add(series.cell)
            if not settled(judged, series, self.rule, count):
                waiting.append(series.cell)
        return [cell for cell in dict.fromkeys(waiting) if cell not in closed]

    def typical(self, cell: str, metric: str) -> float | None:
        """Return the base's median so far; None before the first round."""
        series = self._series.get((cell, metric))
        values = [pair.base for pair in series.pairs if pair.lacks != "base"] if series else []
        return quantile(values, 0.5) if values else None

    @property
    def run(self) -> GateRun:
        """Everything so far, as it is judged and filed."""
        return GateRun(
            base=self.base,
            candidate=self.candidate,
            rule=self.rule,
            declared=self.declared,
            series=tuple(self._series.values()),
            seed=self.seed,
            missing=tuple(self.missing),
            control=self.control,
            interrupted=self.interrupted,
            rounds=self.rounds,
            disturbed=dict(self.disturbed),
            notes=tuple(self.notes),
            environment=self.environment,
            time=self._began,
            took=self.took,
        )
