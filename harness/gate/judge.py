"""
The verdict on a gate run, from the verdicts on its series, its controls, and what is missing.

In this order: what cannot be said (invalid), what a control was to show, then the worst series decides. Pure: the
same run gives the same outcome for ever.
"""

from collections.abc import Sequence
from math import log

from harness.gate.doubts import doubts
from harness.gate.exact import judge_exact
from harness.gate.record import Control, Judged, Outcome, Rule, Run, Series, Verdict
from harness.gate.stored import judge_stored
from harness.gate.timed import judge_timed, learned

# With fewer rounds, a third of them is one, and says nothing about the machine.
FEWEST_TO_MISTRUST = 4


def judge_series(series: Series, rule: Rule, hypotheses: int) -> Judged:
    """Judge one series by its rounds so far; *hypotheses* is the number of series of the run, at least 1."""
    judging = judge_exact if series.kind == "exact" else judge_timed
    return judging(series, rule, max(1, hypotheses))


def settled(judged: Judged, series: Series, rule: Rule, hypotheses: int) -> bool:
    """
    Say whether there is nothing more to learn about *series*, so that it need not be measured any more.

    A pass on the way to an improvement is not settled: its estimate is large enough, and the evidence for it
    grows. Nor is what is inconclusive, before the last round.
    """
    if judged.rounds >= rule.max_rounds or judged.verdict == "invalid":
        return True
    if series.kind == "exact" or judged.ratio is None or judged.e_faster is None:
        return judged.verdict != "inconclusive"
    estimate = -log(judged.ratio) if series.better == "higher" else log(judged.ratio)
    return learned(judged.verdict, estimate, log(judged.e_faster), rule, max(1, hypotheses))


def judge(run: Run) -> Outcome:
    """Judge a whole run: series by series, then as one."""
    hypotheses = len(run.series)
    judging = judge_series if run.interleaved else judge_stored
    judged = tuple(judging(series, run.rule, hypotheses) for series in run.series)
    verdict, why = _verdict(run, judged)
    return Outcome(run, verdict, why, judged, doubts(run, judged))


def _verdict(run: Run, judged: Sequence[Judged]) -> tuple[Verdict, str]:
    if wrong := _invalid(run, judged):
        return "invalid", wrong
    return _controlled(run.control, judged) if run.control else _worst(judged)


def _invalid(run: Run, judged: Sequence[Judged]) -> str | None:
    """Answer why nothing can be said, or None."""
    if not run.declared or not run.series:
        return "nothing was measured"
    disturbed = len(run.disturbed)
    if run.rounds >= FEWEST_TO_MISTRUST and disturbed * 3 > run.rounds:
        first = next(iter(run.disturbed.values()))
        return f"{disturbed} of {run.rounds} rounds were disturbed: {first}"
    if run.missing:
        lost = run.missing[0]
        more = f", and {len(run.missing) - 1} more" if len(run.missing) > 1 else ""
        side = "either arm" if lost.arm == "both" else f"the {lost.arm}"
        return f"{lost.cell} gave nothing in {side}: {lost.reason}{more}"
    if not any(each.rounds for each in judged):
        return "no round counts"
    measured = {each.series.cell for each in judged if each.rounds}
    if absent := [cell for cell in run.declared if cell not in measured]:
        return f"{_list(absent)} was declared and not measured"
    broken = [each for each in judged if each.verdict == "invalid"]
    return f"{broken[0].series.name}: {broken[0].why}" if broken else None


def _controlled(control: Control, judged: Sequence[Judged]) -> tuple[Verdict, str]:
    changed = [each for each in judged if each.verdict in {"regressed", "improved"}]
    if control.kind == "aa":
        if changed:
            return "invalid", f"the gate called base against itself changed: {_names(changed)}"
        return _worst(judged)
    cells = list(dict.fromkeys(each.series.cell for each in changed if each.verdict == "regressed"))
    if cells == [control.cell]:
        return "pass", f"caught: {control.cell}, {control.share or 0:.0%} slower on purpose"
    if control.cell in cells:
        return "invalid", f"{control.cell} was caught, but so was {_list([c for c in cells if c != control.cell])}"
    wrongly = f"; {_list(cells)} was called instead" if cells else ""
    return "invalid", f"{control.cell} is {control.share or 0:.0%} slower on purpose and was not caught{wrongly}"


def _worst(judged: Sequence[Judged]) -> tuple[Verdict, str]:
    """Answer the verdict of the worst series, and who they are."""
    by: dict[Verdict, list[Judged]] = {}
    for each in judged:
        by.setdefault(each.verdict, []).append(each)
    if worse := by.get("regressed"):
        return "regressed", f"regressed: {_names(worse)}"
    if open_ := by.get("inconclusive"):
        return "inconclusive", f"{len(open_)} of {len(judged)} series are undecided: {_names(open_)}"
    if better := by.get("improved"):
        return "improved", f"improved, and none is worse: {_names(better)}"
    return "pass", f"none of {len(judged)} series is worse"


def _names(judged: Sequence[Judged]) -> str:
    return _list([f"{each.series.name}{_change(each)}" for each in judged])


def _change(judged: Judged) -> str:
    return "" if judged.ratio is None else f" {judged.ratio - 1:+.1%}"


def _list(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
