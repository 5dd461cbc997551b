"""
Judges budgets: each limit against each cell it covers; the same files always give the same verdict.

A limit on what is measured is kept where the 95 % interval over rounds lies wholly within it, broken where it lies
wholly beyond, and undecided in between. What is counted is judged by every round. What is missing never passes: a
round that gave nothing, an unknown metric, calls that failed where no limit on `errors` says how many may.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from overlap.harness.gate.budgets.limit import Limit
from overlap.harness.gate.budgets.places import LimitPlace, Nowhere, places
from overlap.harness.gate.budgets.reading import Budget
from overlap.harness.gate.budgets.sense import check, far, refuse_milliseconds
from overlap.harness.gate.budgets.series import Numbers, paired, series
from overlap.harness.gate.record import SeriesVerdict
from overlap.harness.model.record import Cell
from overlap.harness.report.figures import count, listed, plainly, spell_out
from overlap.harness.stats.bootstrap import FEWEST_ROUNDS
from overlap.harness.stats.rounds import MeasuredRound, rounds_of, sound
from overlap.harness.store.run_files import Run

ORDER: tuple[SeriesVerdict, ...] = ("regressed", "invalid", "inconclusive", "pass")


@dataclass(frozen=True, slots=True)
class Held:
    """
    One limit held against one place of one run: the verdict, and a sentence why unless it is a pass.

    `value`, `low` and `high` are in `limit.unit`; None if they are not known. `counted` has each round's value
    where the limit is on a counter.
    """

    run: str
    place: LimitPlace
    limit: Limit
    verdict: SeriesVerdict
    why: str = ""
    rounds: int = 0
    value: float | None = None
    low: float | None = None
    high: float | None = None
    counted: tuple[float, ...] = ()


@dataclass
class _Evidence:
    """The evidence of one run, computed once."""

    run: Run
    name: str
    forgiven: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def rounds(self) -> Mapping[str, Sequence[MeasuredRound]]:
        return rounds_of(self.run)

    @cached_property
    def planned(self) -> Mapping[str, int | None]:
        """Return how many rounds each cell should have, from run.json; a foreign run may not say."""
        entries = self.run.about.cells or ()
        return {cell.id: entry.rounds for cell, entry in zip(self.run.cells, entries, strict=True)}

    def gap(self, cell: Cell) -> str:
        """Return what of *cell* is missing; "" if nothing is."""
        rounds = self.rounds.get(cell.id, ())
        good, planned = sound(rounds), self.planned.get(cell.id)
        if not good:
            return "nothing was measured" if not rounds else self._silent(rounds)
        wanted = max(len(rounds), planned or 0)
        if len(good) < wanted:
            return f"{wanted - len(good)} of {count(wanted, 'round')} gave nothing{self._reason(cell)}"
        lost = sum(max(0, each.slot.made - len(each.calls)) for each in good)
        return f"{count(lost, 'call')} of {sum(each.slot.made for each in good):,} are not on file" if lost else ""

    def _silent(self, rounds: Sequence[MeasuredRound]) -> str:
        if not self.run.calls:
            return "the run has no calls on file: calls.jsonl is missing or empty"
        errors = {each.slot.error for each in rounds if each.slot.error}
        return f"no round came to its end{f' ({listed(sorted(errors))})' if errors else ''}"

    def _reason(self, cell: Cell) -> str:
        reasons = self.run.about.reasons(cell.id)
        return f": {reasons[0]}" if reasons else ""

    def failed(self, cell: Cell) -> str:
        """Return in words how many calls of *cell* failed, where no limit says how many may; "" if none did."""
        if cell.id in self.forgiven:
            return ""
        calls = [call for each in sound(self.rounds.get(cell.id, ())) for call in each.calls]
        kinds = [call.error for call in calls if call.error]
        if not kinds:
            return ""
        most = max(dict.fromkeys(kinds), key=kinds.count)
        return (
            f"{len(kinds):,} of {count(len(calls), 'call')} failed ({most}): "
            "what the others took says too little, unless a limit on errors says how many may fail"
        )


def judge_budgets(budgets: Sequence[Budget], runs: Sequence[Run]) -> tuple[Held, ...]:
    """
    Hold every limit against every place it has in *runs*, in the order of the file, then of the runs.

    Raises `Mistake` for a limit that has no place in any of them, since a limit that judges nothing would always
    pass, and for limits that cannot be meant.
    """
    named = zip(runs, _names(runs), strict=True)
    evidence = [_Evidence(run, name, _forgiven(budgets, run)) for run, name in named]
    held: list[Held] = []
    for budget in budgets:
        for limit in budget.limits:
            verdicts: list[Held] = []
            missed: Nowhere | None = None
            for each in evidence:
                try:
                    verdicts += [
                        _whole(_held(limit, place, each), each.run)
                        for place in places(budget, limit, each.run.cells)
                    ]
                except Nowhere as nowhere:
                    missed = missed or nowhere
            if not verdicts and missed:
                raise missed
            held += verdicts
    check((each.run, each.place, each.limit) for each in held)
    return tuple(held)


def _names(runs: Sequence[Run]) -> list[str]:
    """Name each of *runs*, no two alike: folders in two places may have one name."""
    before: Counter[str] = Counter()
    names = []
    for run in runs:
        before[run.name] += 1
        names.append(run.name if before[run.name] == 1 else f"{run.name} ({before[run.name]})")
    return names


def overall(held: Sequence[Held]) -> SeriesVerdict:
    """Return the one verdict on all of them: the worst; nothing judged is invalid."""
    return min((each.verdict for each in held), key=ORDER.index, default="invalid")


def _forgiven(budgets: Sequence[Budget], run: Run) -> frozenset[str]:
    """Return the cells in which a limit on `errors` says how many calls may fail."""
    forgiving = [each for each in budgets if any(limit.left.metric == "errors" for limit in each.limits)]
    return frozenset(cell.id for cell in run.cells if any(each.covers(cell.id) for each in forgiving))


def _held(limit: Limit, place: LimitPlace, evidence: _Evidence) -> Held:
    cells = [place.cell, *([place.other] if place.other else [])]
    gap = next((reason for cell in cells if (reason := evidence.gap(cell))), "")
    held = Held(evidence.name, place, limit, "invalid", gap)
    every = [sound(evidence.rounds.get(cell.id, ())) for cell in cells]
    if not all(every):
        return held
    left = series(limit.left.metric, every[0], evidence.run.about)
    values = (
        left if limit.right is None else paired(left, series(limit.right.metric, every[-1], evidence.run.about))
    )
    judge = _counted if limit.exact else _bounded if values.at_least else _timed
    judged = judge(replace(held, rounds=len(values.known)), limit, values)
    refuse_milliseconds(limit, judged.value, evidence.run.about.timeout)
    if judged.verdict != "pass":
        return judged
    failed = "" if limit.exact else next((reason for cell in cells if (reason := evidence.failed(cell))), "")
    if gap or failed:
        return replace(judged, verdict="invalid", why=gap or failed)
    return replace(judged, why=far(limit, judged.value))


def _whole(held: Held, run: Run) -> Held:
    """Return *held*, invalid where the files of *run* are damaged: a part of them keeps nothing for certain."""
    if not run.faults or held.verdict in {"regressed", "invalid"}:
        return held
    more = f", and {len(run.faults) - 1} more" if len(run.faults) > 1 else ""
    return replace(held, verdict="invalid", why=f"the run's files do not hold together: {run.faults[0]}{more}")


def _counted(held: Held, limit: Limit, values: Numbers) -> Held:
    """Judge what is counted: every round must keep the limit."""
    held = replace(held, counted=tuple(values.known.values()))
    wrong = {turn: value for turn, value in values.known.items() if not limit.holds(value)}
    if wrong:
        turn, value = next(iter(wrong.items()))
        more = f", {len(wrong)} of {len(values.by_round)} rounds break it" if len(wrong) > 1 else ""
        return replace(held, verdict="regressed", why=f"{plainly(value)} in round {turn + 1}{more}")
    if values.unknown:
        return replace(held, verdict="invalid", why=values.unknown)
    return replace(held, verdict="pass", why="")


def _bounded(held: Held, limit: Limit, values: Numbers) -> Held:
    """Judge a percentile of which failed calls leave only a lower bound."""
    estimate = values.estimate()
    assert estimate is not None
    held = replace(held, value=estimate.value)
    why = f"failed calls decide it, which count as slower than any other: it is at least {spell_out(estimate)}"
    kept = limit.holds(estimate.value)
    if limit.operator.startswith(">"):
        return replace(held, verdict="pass" if kept else "inconclusive", why="" if kept else why)
    broken = estimate.value > limit.bound if limit.operator == "==" else not kept
    return replace(held, verdict="regressed" if broken else "inconclusive", why=why)


def _timed(held: Held, limit: Limit, values: Numbers) -> Held:
    """Judge what is measured by where its interval lies."""
    estimate = values.estimate()
    if estimate is None:
        return replace(held, verdict="inconclusive" if values.too_few else "invalid", why=values.unknown)
    held = replace(held, value=estimate.value, low=estimate.low, high=estimate.high)
    if estimate.low is None or estimate.high is None:
        why = f"{count(estimate.rounds, 'round')}: an interval takes {FEWEST_ROUNDS} or more"
        return replace(held, verdict="inconclusive", why=why)
    kept = [limit.holds(end) for end in (estimate.low, estimate.high)]
    if not any(kept):
        return replace(held, verdict="regressed", why="the whole interval lies beyond the limit")
    if not all(kept):
        return replace(
            held, verdict="inconclusive", why="the limit lies within the interval: more rounds may tell"
        )
    if values.unknown:
        return replace(held, verdict="inconclusive" if values.too_few else "invalid", why=values.unknown)
    return replace(held, verdict="pass", why="")
