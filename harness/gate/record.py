"""
What a gate run knows: two arms, a rule, and every round of every series; each verdict is a function of these.

Times are nanoseconds, shares are fractions (0.05 is 5 %). What is not known is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly

# 2: a round may lack the value of one arm; the candidate's typical value is the base's times the ratio.
SCHEMA = "overlap-gate/2"
SeriesVerdict = Literal["pass", "improved", "regressed", "inconclusive", "invalid"]
# 1 regressed: the only code that says that the candidate is worse; 4: nothing can be said.
EXIT: Mapping[SeriesVerdict, int] = {"pass": 0, "improved": 0, "regressed": 1, "inconclusive": 3, "invalid": 4}
ARMS = ("base", "candidate")
# The largest share that is a bound or a noise: ten times as slow.
MOST = 9.0
# The round before the first.
TRIAL = -1
# The metric of the calls that failed: a side that fails more is not better, whatever its other series show.
ERRORS = "errors"


class ImpossibleRule(Mistake, ValueError):
    """A rule from which no verdict could follow; a ValueError as well, so that a file's reader adds the place."""


@dataclass(frozen=True, slots=True)
class GateRule:
    """
    When a difference counts, and how sure one must be; fixed before the first round.

    *alpha* bounds the chance of any false alarm in the whole run, *beta* the chance that a series that is slower
    by *pass_bound* or more is passed. *min_effect* is the smallest estimate that is called a change. *noise* is
    the noise of a round (robust standard deviation of the log ratio) assumed until there are rounds to tell.
    A round in which more than *steal* of the processors' time was taken by the hypervisor, or more than
    *foreign* cores were kept busy by other programs, is disturbed and not counted.
    """

    alpha: float = 0.05
    beta: float = 0.05
    min_effect: float = 0.03
    pass_bound: float = 0.05
    max_rounds: int = 80
    noise: float = 0.03
    steal: float = 0.05
    foreign: float = 0.25

    def __post_init__(self) -> None:
        """Raise `ImpossibleRule` for what no verdict could follow from."""
        for name in ("alpha", "beta"):
            if not 0 < getattr(self, name) < 1:
                raise ImpossibleRule(f"{name} must lie between 0 and 1, not {getattr(self, name)}")
        for name in ("pass_bound", "noise"):
            if not 0 < getattr(self, name) <= MOST:
                raise ImpossibleRule(
                    f"{name} must lie between 0 and {exactly(MOST)}, not {exactly(getattr(self, name))}"
                )
        for name in ("min_effect", "steal", "foreign"):
            if not getattr(self, name) >= 0:
                raise ImpossibleRule(f"{name} must be at least 0, not {getattr(self, name)}")
        if self.max_rounds < 1:
            raise ImpossibleRule(f"max_rounds must be at least 1, not {self.max_rounds}")


@dataclass(frozen=True, slots=True)
class Arm:
    """
    One side of the comparison, as it is told: what was asked for, and what came of it.

    *spec* is as written by the user, *label* a short name, *facts* what identifies it: commit, digest of the
    lock, Python, versions of packages that differ, settings.
    """

    spec: str
    label: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoundPair:
    """
    One round of one series: the two arms' values, and which arm went first ("BC" or "CB").

    *disturbed* says why the round is not counted; None if it is. *lacks* names the arm, "base" or "candidate",
    that gave no value where the other gave one; its value is then not a number.
    """

    round: int
    order: str
    base: float
    candidate: float
    disturbed: str | None = None
    lacks: str | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """
    One metric of one cell over the rounds: one hypothesis.

    *kind* is "timed" (noisy, judged by the log ratios of the rounds) or "exact" (a count, judged by equality).
    *better* is "lower", "higher" or "neither". *data* is what a slot's value rests on: how many calls. *bound* is
    the slowdown that a pass of this series rules out; None: the rule's.
    """

    cell: str
    metric: str
    unit: str
    kind: Literal["timed", "exact"]
    better: str
    pairs: tuple[RoundPair, ...] = ()
    data: int | None = None
    bound: float | None = None

    @property
    def name(self) -> str:
        """The series' name in files: cell, a space, metric."""
        return f"{self.cell} {self.metric}"

    @property
    def counted(self) -> tuple[RoundPair, ...]:
        """The rounds that count."""
        return tuple(pair for pair in self.pairs if not pair.disturbed)


@dataclass(frozen=True, slots=True)
class Missing:
    """
    A slot that gave nothing: *arm* is "base", "candidate", or "both"; the reason is one line.

    *round* is counted from 0, and is `TRIAL` where it was not one that counts.
    """

    cell: str
    arm: str
    round: int
    reason: str


@dataclass(frozen=True, slots=True)
class Control:
    """
    What the run was meant to show of the gate itself.

    *kind* is "aa" (base against itself: nothing may be called changed) or "inject" (a slowdown of *share* was
    planted in *cell* of the candidate: that cell, and no other, must be called regressed).
    """

    kind: Literal["aa", "inject"]
    cell: str | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class GateRun:
    """
    Everything a verdict rests on. `judge(run)` is pure: the same file gives the same verdict for ever.

    *declared* are the cells that were to be measured, *seed* drew every order. *interleaved* is False where two
    stored files are compared: then drift of the machine is part of every ratio, and a verdict says so.
    *disturbed* has a sentence for each round that the machine spoiled, *notes* what else a reader should know.
    *took* is in seconds.
    """

    base: Arm
    candidate: Arm
    rule: GateRule
    declared: tuple[str, ...]
    series: tuple[Series, ...]
    seed: int = 0
    missing: tuple[Missing, ...] = ()
    control: Control | None = None
    interleaved: bool = True
    interrupted: bool = False
    rounds: int = 0
    disturbed: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    environment: Mapping[str, Any] = field(default_factory=dict)
    time: str | None = None
    took: float | None = None


@dataclass(frozen=True, slots=True)
class JudgedSeries:
    """
    The verdict on one series, and what it rests on.

    *ratio* is candidate / base (Hodges-Lehmann over rounds; of an exact series that of the values), *low* and
    *high* its interval; *base* is a typical value (the median of rounds), *candidate* that times the ratio.
    *e_slower*, *e_faster* and *e_pass* are the e-values against "not slower", "not faster", "slower by the
    bound". *noise* is a round's, *mde* the smallest effect that could have been seen (a share), *rounds* how many
    counted. *why* is a sentence.
    """

    series: Series
    verdict: SeriesVerdict
    why: str
    rounds: int
    base: float | None = None
    candidate: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    e_slower: float | None = None
    e_faster: float | None = None
    e_pass: float | None = None
    noise: float | None = None
    mde: float | None = None


@dataclass(frozen=True, slots=True)
class GateOutcome:
    """The verdict on a run: one word, a sentence, the verdict on every series, and doubts worth a line each."""

    run: GateRun
    verdict: SeriesVerdict
    why: str
    judged: tuple[JudgedSeries, ...]
    doubts: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """Return the exit code of the process."""
        return EXIT[self.verdict]
