"""The words of a gate report, in order and without layout: the worst series first."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite, log

from overlap.harness.gate.record import GateOutcome, JudgedSeries, SeriesVerdict
from overlap.harness.gate.sanitize import clean
from overlap.harness.host.environment import PACKAGES
from overlap.harness.report.figures import DASH, count, listed
from overlap.harness.report.labels import label
from overlap.harness.text.numerals import number, whole
from overlap.harness.text.percentages import change, percent, span, tenths
from overlap.harness.text.units import fitting, from_to

# A run is inconclusive, one of its series is undecided.
_WORDS: Mapping[SeriesVerdict, str] = {"inconclusive": "undecided"}
ORDER: tuple[SeriesVerdict, ...] = ("regressed", "invalid", "inconclusive", "improved", "pass")
_DIGEST = 12


@dataclass(frozen=True, slots=True)
class SeriesLine:
    """One series in words; `judged` is what it was made of."""

    judged: JudgedSeries
    metric: str
    values: str
    change: str
    span: str
    rounds: str
    mde: str

    @property
    def effect(self) -> str:
        """The change and, where there is one, its interval."""
        return f"{self.change} ({self.span})" if self.span else self.change


def worst_first(outcome: GateOutcome) -> list[JudgedSeries]:
    """Return every series: by verdict, then by how large the change is, then by name."""
    return sorted(outcome.judged, key=_badness)


def _badness(judged: JudgedSeries) -> tuple[int, float, str, str]:
    return (ORDER.index(judged.verdict), -_size(judged), judged.series.cell, judged.series.metric)


def _size(judged: JudgedSeries) -> float:
    """Return the distance from no change, in either direction; infinite if there is no ratio."""
    if judged.ratio is None:
        return inf if judged.verdict == "regressed" else 0.0
    return abs(log(judged.ratio)) if judged.ratio > 0 and isfinite(judged.ratio) else inf


def blamed(outcome: GateOutcome) -> list[JudgedSeries]:
    """
    Return the series for which the candidate is to blame, the worst first.

    None if the run was no plain comparison, or judges nothing: a slowdown that was planted is no regression.
    """
    if outcome.verdict != "regressed":
        return []
    return [each for each in worst_first(outcome) if each.verdict == "regressed"]


def line(judged: JudgedSeries) -> SeriesLine:
    """Put one series into words."""
    series = judged.series
    exact = series.kind == "exact"
    same = exact and judged.base is not None and judged.base == judged.candidate and _repeats(judged)
    return SeriesLine(
        judged=judged,
        metric=clean(label(series.metric), 60),
        values=_values(judged, same=same),
        change="equal" if same else change(judged.ratio),
        span="" if exact else span(judged.low, judged.high),
        rounds=str(judged.rounds),
        mde="exact" if exact else tenths(judged.mde),
    )


def _values(judged: JudgedSeries, *, same: bool) -> str:
    """Write the values of both sides in one unit; one value where every round counted the *same*."""
    unit = judged.series.unit
    if same and not unit:
        return whole(judged.base)
    by = fitting(unit, (judged.base, judged.candidate))
    return from_to(judged.base, judged.candidate, by, number if unit else whole)


def _repeats(judged: JudgedSeries) -> bool:
    """Return whether every round that counts has the one value: else it is no equality, though means may agree."""
    pairs = judged.series.counted
    return len({value for pair in pairs for value in (pair.base, pair.candidate)}) <= 1


def needs_why(line: SeriesLine) -> bool:
    """Return whether the row alone would puzzle: all but a pass, and a pass of a count that is not equal."""
    passed = line.judged.verdict == "pass" and (line.judged.series.kind == "timed" or line.change == "equal")
    return bool(line.judged.why) and not passed


def told(judged: JudgedSeries) -> str:
    """Put one series into a sentence: what changed, by how much, from what to what, and why."""
    words = line(judged)
    facts = [words.effect, words.values] if words.change != DASH else [words.values]
    return f"{words.metric} {', '.join(facts)}: {clean(judged.why)}"


def answer(outcome: GateOutcome) -> str:
    """Return in words why the verdict is what it is, in a sentence that does not begin with the verdict."""
    why = re.sub(rf"^{outcome.verdict}[:,]\s*(and )?", "", clean(outcome.why, 1000))
    worse, of = len(blamed(outcome)), len(outcome.judged)
    reason = f"{worse:,} of {of:,} series {'is' if worse == 1 else 'are'} worse: {why}" if worse else why
    return f"{interruption(outcome)}: {reason}" if outcome.run.interrupted else reason


def interruption(outcome: GateOutcome) -> str:
    """Return in words after how many rounds the run was interrupted; it is the first thing to report."""
    run = outcome.run
    counted = run.rounds - len(run.disturbed)
    if not run.rounds:
        return "interrupted before the first round had ended"
    return f"interrupted after {counted} of at most {count(run.rule.max_rounds, 'round')}"


def measured(outcome: GateOutcome) -> bool:
    """Return whether any round counts: rows of dashes would look like a crash, and say nothing."""
    return any(each.rounds for each in outcome.judged)


def word(verdict: SeriesVerdict) -> str:
    """Return what the verdict on one series is called."""
    return _WORDS.get(verdict, verdict)


def tally(outcome: GateOutcome) -> str:
    """Count the verdicts: "2 regressed, 28 pass, of 30 series"."""
    counts = [(verdict, sum(each.verdict == verdict for each in outcome.judged)) for verdict in ORDER]
    verdicts = ", ".join(f"{number:,} {word(verdict)}" for verdict, number in counts if number)
    cells = len({each.series.cell for each in outcome.judged})
    return (
        f"{count(cells, 'cell')}, {len(outcome.judged):,} series: {verdicts}" if verdicts else "nothing was judged"
    )


def facts(outcome: GateOutcome) -> list[str]:
    """Return the run's circumstances in a few words each."""
    run = outcome.run
    parts = [count(run.rounds, "round")]
    if run.control:
        planted = f"a slowdown of {percent(run.control.share)} planted in {clean(run.control.cell)}"
        parts.append("self-test: base against itself" if run.control.kind == "aa" else f"self-test: {planted}")
    parts.append("measured in turn" if run.interleaved else "not measured in turn")
    if run.interrupted:
        parts.append("interrupted")
    if run.took is not None:
        parts.append(f"{run.took:.0f} s")
    if run.seed:
        parts.append(f"seed {run.seed}")
    return [*parts, *([clean(run.time)] if run.time else [])]


def installed(outcome: GateOutcome) -> str:
    """Return with which packages both sides were measured, if in one environment; else ""."""
    sides = (outcome.run.base.facts, outcome.run.candidate.facts)
    packages, where = sides[0].get("packages"), sides[0].get("environment")
    if where is None or where != sides[1].get("environment") or not isinstance(packages, Mapping):
        return ""
    versions = {name: version for name, version in packages.items() if version}
    labels = [f"{name} {versions[name]}" for name in dict.fromkeys([*PACKAGES, *versions]) if name in versions]
    # Environments that were found have a name and how they were found; one made of a lock has a number for a name.
    place = "here" if where == "this one" else f"in {clean(where)}"
    lock = sides[0].get("lock")
    source = (
        f"what {clean(lock)} names"
        if lock and place != "here" and "(" not in where
        else f"what is installed {place}"
    )
    return f"Measured with {source}: {clean(listed(labels, 8))}." if labels else ""


def compared(outcome: GateOutcome) -> list[tuple[str, str, str]]:
    """Return what was compared with what: (fact, base, candidate), what identifies them and whatever differs."""
    base, candidate = outcome.run.base, outcome.run.candidate
    rows = [("", clean(base.label), clean(candidate.label))]
    if (base.spec, candidate.spec) != (base.label, candidate.label):
        rows += [("asked for", clean(base.spec), clean(candidate.spec))]
    left, right = _flat(base.facts), _flat(candidate.facts)
    names = list(dict.fromkeys([*left, *right]))
    differing = [name for name in names if name == "commit" or left.get(name) != right.get(name)]
    return rows + [(clean(name, 60), _fact(left.get(name)), _fact(right.get(name))) for name in differing]


def _flat(facts: Mapping[str, object], before: str = "") -> dict[str, object]:
    """Take mappings apart: the version of a package is a fact of its own."""
    flat: dict[str, object] = {}
    for name, value in facts.items():
        flat |= _flat(value, f"{name} ") if isinstance(value, Mapping) else {f"{before}{name}": value}
    return flat


def _fact(value: object) -> str:
    if value is None:
        return DASH
    if isinstance(value, list | tuple):
        return clean(listed([str(each) for each in value]), 80)
    text = clean(value, 80)
    kind, _, digest = text.rpartition(":")
    is_digest = len(digest) >= 32 and all(letter in "0123456789abcdef" for letter in digest)
    return f"{kind}:{digest[:_DIGEST]}".lstrip(":") if is_digest else text


def disturbed(outcome: GateOutcome) -> list[str]:
    """Return a sentence for each round that the machine spoiled."""
    return [f"round {number + 1}: {clean(why)}" for number, why in sorted(outcome.run.disturbed.items())]


def missing(outcome: GateOutcome) -> list[str]:
    """Return a sentence for each slot that gave nothing, and for each cell that was never seen."""
    seen = {series.cell for series in outcome.run.series} | {each.cell for each in outcome.run.missing}
    rows = [
        f"{clean(each.cell)}, {arm}, {_when(each.round)}: {clean(each.reason)}"
        for each in outcome.run.missing
        for arm in ("both arms" if each.arm == "both" else each.arm,)
    ]
    return rows + [f"{clean(cell)}: nothing was measured" for cell in outcome.run.declared if cell not in seen]


def _when(number: int) -> str:
    """Name a round as it is counted while the gate runs, from 1; what is before the first is the trial round."""
    return "trial round" if number < 0 else f"round {number + 1}"
