"""Takes back improvements of a cell in which the candidate fails more calls: a call that fails early is cheap."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from overlap.harness.gate.record import ERRORS, JudgedSeries, SeriesVerdict
from overlap.harness.report.figures import count


def withheld(judged: Sequence[JudgedSeries]) -> tuple[JudgedSeries, ...]:
    """
    Return *judged* without improvements in cells where more calls failed in the candidate than in the base.

    Where the count of failed calls passes, as where a server fails at random, the improvement becomes a pass; else
    it is undecided.
    """
    failed = {each.series.cell: each for each in judged if each.series.metric == ERRORS and _more(each)}
    return tuple(
        _without(each, failed[each.series.cell]) if each.series.cell in failed else each for each in judged
    )


def excused(judged: Iterable[JudgedSeries]) -> frozenset[str]:
    """Return the cells whose failed calls regressed: that they lack other series is part of that."""
    return frozenset(
        each.series.cell for each in judged if each.series.metric == ERRORS and each.verdict == "regressed"
    )


def _totals(errors: JudgedSeries) -> tuple[float, float]:
    pairs = errors.series.counted
    return sum(pair.base for pair in pairs), sum(pair.candidate for pair in pairs)


def _more(errors: JudgedSeries) -> bool:
    base, candidate = _totals(errors)
    return candidate > base


def _without(judged: JudgedSeries, errors: JudgedSeries) -> JudgedSeries:
    if judged.verdict != "improved" or judged is errors:
        return judged
    base, candidate = _totals(errors)
    failed = count(round(candidate), "call")
    why = f"not called an improvement, as {failed} failed in the candidate and {base:,.0f} in the base"
    verdict: SeriesVerdict = "pass" if errors.verdict == "pass" else "inconclusive"
    return replace(judged, verdict=verdict, why=f"{judged.why}; {why}")
