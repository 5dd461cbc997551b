"""
The verdict on a gate run, from the verdicts on its series, its controls, and what is missing.

In this order: what cannot be said (invalid), what a control was to show, then the worst series decides. Pure: the
same run gives the same outcome for ever.
"""

from collections.abc import Sequence
from math import log

from overlap.harness.gate.doubts import doubts
from overlap.harness.gate.evidence.exact import judge_exact
from overlap.harness.gate.evidence.timed import judge_timed, learned
from overlap.harness.gate.failures import excused, withheld
from overlap.harness.gate.record import (
    Control,
    GateOutcome,
    GateRule,
    GateRun,
    JudgedSeries,
    Series,
    SeriesVerdict,
)
from overlap.harness.gate.unpaired import judge_stored
from overlap.harness.report.figures import count
from overlap.harness.text.percentages import change, percent

# With fewer rounds, a third of them is one, and says nothing about the machine.
FEWEST_TO_MISTRUST = 4


def are(number: int, *, past: bool = False) -> str:
    """
    Return the verb that agrees with *number*.

    >>> are(1), are(2), are(0, past=True), are(1, past=True)
    ('is', 'are', 'were', 'was')
    """
    return ("was" if past else "is") if number == 1 else ("were" if past else "are")


def judge_series(series: Series, rule: GateRule, hypotheses: int) -> JudgedSeries:
    """Judge one series by its rounds so far; *hypotheses* is the number of series of the run, at least 1."""
    judging = judge_exact if series.kind == "exact" else judge_timed
    return judging(series, rule, max(1, hypotheses))


def settled(judged: JudgedSeries, series: Series, rule: GateRule, hypotheses: int) -> bool:
    """
    Return whether there is nothing more to learn about *series*, so that it need not be measured any more.

    A pass on the way to an improvement is not settled: its estimate is large enough, and the evidence for it
    grows. Nor is what is inconclusive, before the last round.
    """
    if judged.rounds >= rule.max_rounds or judged.verdict == "invalid":
        return True
    if series.kind == "exact" or judged.ratio is None or judged.e_faster is None:
        return judged.verdict != "inconclusive"
    estimate = -log(judged.ratio) if series.better == "higher" else log(judged.ratio)
    return learned(judged.verdict, estimate, log(judged.e_faster), rule, max(1, hypotheses))


def judge(run: GateRun) -> GateOutcome:
    """Judge a whole run: series by series, then as one."""
    hypotheses = len(run.series)
    judging = judge_series if run.interleaved else judge_stored
    judged = withheld([judging(series, run.rule, hypotheses) for series in run.series])
    verdict, why = _verdict(run, judged)
    return GateOutcome(run, verdict, why, judged, doubts(run, judged))


def _verdict(run: GateRun, judged: Sequence[JudgedSeries]) -> tuple[SeriesVerdict, str]:
    if wrong := _invalid(run, judged):
        return "invalid", wrong
    return _controlled(run, run.control, judged) if run.control else _worst(judged)


def _invalid(run: GateRun, judged: Sequence[JudgedSeries]) -> str | None:
    """Return why nothing can be said, or None."""
    if not run.declared or not run.series:
        return "nothing was measured" if run.interleaved else "no benchmark on both sides can be judged"
    disturbed = len(run.disturbed)
    if run.rounds >= FEWEST_TO_MISTRUST and disturbed * 3 > run.rounds:
        first = next(iter(run.disturbed.values()))
        return f"{disturbed} of {count(run.rounds, 'round')} {are(disturbed, past=True)} disturbed: {first}"
    if run.missing:
        lost = run.missing[0]
        more = f", and {len(run.missing) - 1} more" if len(run.missing) > 1 else ""
        side = "either arm" if lost.arm == "both" else f"the {lost.arm}"
        return f"{lost.cell} gave nothing in {side}: {lost.reason}{more}"
    if not any(each.rounds for each in judged):
        return _no_round(run)
    measured = {each.series.cell for each in judged if each.rounds}
    if absent := [cell for cell in run.declared if cell not in measured]:
        return f"{_list(absent)} {are(len(absent), past=True)} declared and not measured"
    fails = excused(judged)
    broken = [each for each in judged if each.verdict == "invalid" and each.series.cell not in fails]
    return f"{broken[0].series.name}: {broken[0].why}" if broken else None


def _no_round(run: GateRun) -> str:
    """Return in words why no round counts."""
    if run.disturbed:
        return f"no round counts: {next(iter(run.disturbed.values()))}"
    return "no round was measured to its end" if run.interrupted else "no round counts"


def _controlled(run: GateRun, control: Control, judged: Sequence[JudgedSeries]) -> tuple[SeriesVerdict, str]:
    """Judge a control; one that was interrupted has failed only if it has called something that it must not."""
    changed = [each for each in judged if each.verdict in {"regressed", "improved"}]
    if control.kind == "aa":
        if changed:
            return "invalid", f"the gate called base against itself changed: {_names(changed)}"
        return (
            ("inconclusive", f"the self-test is not judged: {_so_far(judged)}")
            if run.interrupted
            else _worst(judged)
        )
    cells = list(dict.fromkeys(each.series.cell for each in changed if each.verdict == "regressed"))
    caught = control.cell in cells
    if run.interrupted and set(cells) <= {control.cell}:
        so_far = "found so far" if caught else "not found so far"
        planted = f"the {percent(control.share or 0)} slowdown planted in {control.cell}"
        return "inconclusive", f"the self-test is not judged: {planted} was {so_far}"
    if cells == [control.cell]:
        return "pass", f"caught: {control.cell}, {percent(control.share or 0)} slower on purpose"
    if caught:
        others = [cell for cell in cells if cell != control.cell]
        return "invalid", f"{control.cell} was caught, but so {are(len(others), past=True)} {_list(others)}"
    wrongly = f"; {_list(cells)} {are(len(cells), past=True)} called instead" if cells else ""
    return (
        "invalid",
        f"{control.cell} is {percent(control.share or 0)} slower on purpose and was not caught{wrongly}",
    )


def _worst(judged: Sequence[JudgedSeries]) -> tuple[SeriesVerdict, str]:
    """Return the verdict of the worst series, and who they are."""
    by: dict[SeriesVerdict, list[JudgedSeries]] = {}
    for each in judged:
        by.setdefault(each.verdict, []).append(each)
    if worse := by.get("regressed"):
        return "regressed", f"regressed: {_names(worse)}"
    if open_ := by.get("inconclusive"):
        return "inconclusive", f"{_so_far(judged)}: {_names(open_)}"
    if better := by.get("improved"):
        return "improved", f"better: {_names(better)}; none regressed"
    return "pass", f"none of {len(judged)} series regressed"


def _so_far(judged: Sequence[JudgedSeries]) -> str:
    """Count the series that are undecided."""
    open_ = sum(each.verdict == "inconclusive" for each in judged)
    return f"{open_} of {len(judged)} series {are(open_)} undecided"


def _names(judged: Sequence[JudgedSeries]) -> str:
    return _list([f"{each.series.name}{_change(each)}" for each in judged])


def _change(judged: JudgedSeries) -> str:
    return "" if judged.ratio is None else f" {change(judged.ratio)}"


def _list(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
