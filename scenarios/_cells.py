"""Finds the cells that an answer speaks of, the ratio and the difference between two, and their words."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from overlap.harness.report.figures import count, number, spell_out
from overlap.harness.report.matrix import FIELDS, say
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.estimate import Estimate

if TYPE_CHECKING:
    from overlap.harness.stats.ranking import Ranking

Key = TypeVar("Key", bound=Hashable)
Two = tuple[CellSummary | None, CellSummary | None]


def one(summary: Summary, **fields: object) -> CellSummary | None:
    """Return the first cell with these fields that has been measured at all."""
    return next((each for each in summary.of(**fields) if each.metrics), None)


def sorted_by(summary: Summary, metric: str, **fields: object) -> list[CellSummary]:
    """Return the cells with these fields that have *metric*, the smallest first."""
    having = [each for each in summary.of(**fields) if metric in each.metrics]
    return sorted(having, key=lambda each: each.metrics[metric].value)


def variants(summary: Summary, **fields: object) -> dict[str, CellSummary]:
    """Return the measured cells with these fields by their variant, in the order of the plan."""
    by_variant: dict[str, CellSummary] = {}
    for each in summary.of(**fields):
        if each.metrics:
            by_variant.setdefault(each.cell.variant, each)
    return by_variant


def in_each(summary: Summary, scenario: str, answer: Callable[[Summary], str | None], *axes: str) -> str | None:
    """
    Return what *answer* says of *scenario*, once for each setting under which its cells were measured.

    An answer compares cells that differ in *axes*. Whoever asked for two loops or three concurrencies as well has
    several such comparisons; each is told by itself, with its setting in front.
    """
    own = summary.of(scenario=scenario)
    # A plan may give a variant a strategy or a concurrency of its own: what counts is a cell that has several.
    alike: dict[tuple[object, ...], list[CellSummary]] = {}
    for each in own:
        alike.setdefault(tuple(getattr(each.cell, axis) for axis in axes), []).append(each)
    several = [
        field
        for field in FIELDS
        if field not in axes
        and any(len({getattr(each.cell, field) for each in cells}) > 1 for cells in alike.values())
    ]
    settings: dict[tuple[object, ...], list[CellSummary]] = {}
    for each in own:
        settings.setdefault(tuple(getattr(each.cell, field) for field in several), []).append(each)
    sentences = []
    for cells in settings.values():
        if words := answer(replace(summary, cells=tuple(cells))):
            setting = say(cells[0].cell, several)
            sentences.append(f"With {setting}: {words}" if setting else words)
    return " ".join(sentences) or None


def calls_at_once(cell: CellSummary) -> str:
    """Write how many calls each round of *cell* made, and how many of them at once: "300 calls, 150 at once"."""
    return f"{calls_each_round(cell)}, {cell.cell.concurrency:,} at once"


def calls_each_round(cell: CellSummary) -> str:
    """Write how many calls each round of *cell* made, "5 calls"; "some calls" where rounds differ."""
    whole, rest = divmod(cell.calls, cell.rounds) if cell.rounds else (0, 1)
    return "some calls" if rest else count(whole, "call")


def planned(summary: Summary, cells: Iterable[CellSummary]) -> tuple[float, float, float, float] | None:
    """
    Return the shortest and the longest time that the server planned for a first token of *cells*, and for an end.

    In ns, of the calls that made one request; None where the journal has none of them.
    """
    wanted = {each.cell.id for each in cells}
    plans = [
        call.served[0].planned
        for call in summary.run.calls
        if call.cell in wanted and not call.warmup and len(call.served) == 1 and call.served[0].planned
    ]
    if not plans:
        return None
    firsts, lasts = [plan[0] for plan in plans], [plan[-1] for plan in plans]
    return min(firsts), max(firsts), min(lasts), max(lasts)


def lasting(summary: Summary, cells: Iterable[CellSummary]) -> str:
    """Write how long the server planned answers of *cells* to take, " of 100 ms"; "" where that is not known."""
    plan_times = planned(summary, cells)
    return f" of {span(*plan_times[2:])}" if plan_times else ""


def span(low: float, high: float) -> str:
    """
    Write a time in ms, or two where they differ.

    >>> span(1e8, 1e8), span(1e8, 2.5e8)
    ('100 ms', '100 to 250 ms')
    """
    ends = list(dict.fromkeys(f"{end / 1e6:,.1f}".removesuffix(".0") for end in (low, high)))
    return f"{' to '.join(ends)} ms"


def finished(*cells: CellSummary | None) -> bool:
    """Say whether all *cells* were measured, and no call of theirs failed: what fails is soon done."""
    return all(each is not None and each.metrics and not each.errors for each in cells)


def refused(summary: Summary, cell: CellSummary) -> str:
    """Write how many requests of *cell* the server refused: ", 6 of 24 refused"; "" where it kept no journal."""
    statuses = statuses_of(summary, cell)
    bad = sum(1 for status in statuses if status >= HTTPStatus.BAD_REQUEST)
    return f", {bad:,} of {len(statuses):,} refused" if statuses else ""


def statuses_of(summary: Summary, cell: CellSummary) -> list[int]:
    """Return the status of each request of the calls of *cell*, by the server's journal."""
    return [
        entry.status
        for call in summary.run.calls
        if call.cell == cell.cell.id and not call.warmup
        for entry in call.served
    ]


def ratio(
    summary: Summary, a: CellSummary | None, b: CellSummary | None, metric: str, *, failing: bool = False
) -> Estimate | None:
    """Return a / b of *metric*, paired by round; None where `ratios` leaves it out."""
    return ratios(summary, {"": (a, b)}, metric, failing=failing).get("")


def ratios(
    summary: Summary, wanted: Mapping[Key, Two], metric: str, *, failing: bool = False
) -> dict[Key, Estimate]:
    """
    Return a / b of *metric* for each wanted (a, b), with 95 % intervals that hold for all of them at once.

    An answer that makes several comparisons asks for them together, or one of them is off by chance too often. A
    ratio of which a side is missing is left out; so is one with failed calls, unless *failing* says that the
    answer counts these: a call that fails is soon done.
    """
    from overlap.harness.stats.standing import (
        ratios as paired_ratios,  # with numpy, which the workers of a round do without
    )

    pairs = {
        key: (a.cell, b.cell, metric) for key, (a, b) in wanted.items() if a and b and (failing or finished(a, b))
    }
    return paired_ratios(summary.run, pairs)


def standings(summary: Summary, cells: list[CellSummary], metric: str) -> "Ranking[str] | None":
    """Rank *cells* by *metric*, smallest first, by their ids; None where none can be ranked."""
    from overlap.harness.stats.standing import ranked

    return ranked(summary.run, [each.cell for each in cells], metric)


def difference(summary: Summary, a: CellSummary | None, b: CellSummary | None, metric: str) -> Estimate | None:
    """Return a - b of *metric*, paired by round; None where either is missing, or calls of either failed."""
    from overlap.harness.stats.compare import difference as paired_difference

    return paired_difference(summary.run, a.cell, b.cell, metric) if a and b and finished(a, b) else None


def verdict(factor: Estimate, more: str, less: str) -> str:
    """Choose words by what a ratio shows: *more*, *less*, that both are the same, or that nothing is shown."""
    from overlap.harness.stats.ranking import MATTERS
    from overlap.harness.stats.ranking import verdict as shown

    words = {"higher": more, "lower": less, "equal": f"No difference of {MATTERS * 100:.0f} % or more here"}
    return words.get(shown(factor), "Not shown here")


def versus(factor: Estimate, words: str, sides: str) -> str:
    """
    Write what a ratio shows: *words*, with the factor in place of their braces, only where it is a difference.

    Else that the two *sides*, "abatch and gather", are not told apart, and how far apart they may still be.
    """
    from overlap.harness.report.standings import compared

    return compared(factor, words, words, sides)


def change(factor: Estimate) -> str:
    """
    Write a ratio as a change, "-8.1 % (-9.0 to -7.2)", or that none is shown and how large one may still be.

    >>> change(Estimate(0.919, 0.91, 0.928, 5, 5, ""))
    '-8.1 % (-9.0 to -7.2)'
    """
    from overlap.harness.stats.ranking import differs, possible
    from overlap.harness.stats.ranking import verdict as shown

    if factor.low is None or factor.high is None:
        return "not shown in so few rounds"
    if differs(factor):
        ends = f"{(factor.low - 1) * 100:+.1f} to {(factor.high - 1) * 100:+.1f}"
        return f"{(factor.value - 1) * 100:+.1f} % ({ends})"
    none = "less than 3 % apart" if shown(factor) == "equal" else "no difference shown"
    return f"{none}, up to {number(possible(factor) * 100)} % is possible"


def with_interval(cell: CellSummary | None, metric: str, unknown: str = "an unknown time") -> str:
    """Write *metric* of *cell* in a sentence, or that it is *unknown*."""
    return spell_out(cell.metrics[metric]) if cell and metric in cell.metrics else unknown


def without_interval(cell: CellSummary | None, metric: str, unknown: str = "an unknown time") -> str:
    """Write *metric* of *cell* without its interval, for a list of many; the tables below an answer have it."""
    if not cell or metric not in cell.metrics:
        return unknown
    return spell_out(replace(cell.metrics[metric], low=None, high=None))


def as_count(cell: CellSummary | None, metric: str) -> str:
    """Write *metric* of *cell*, a count, without interval or needless digits."""
    return f"{cell.metrics[metric].value:.3g}" if cell and metric in cell.metrics else "unknown"


def counted(cell: CellSummary | None, metric: str, noun: str) -> str:
    """Write *metric* of *cell*, a count, with its *noun*: "1 request", "2.5 requests"."""
    number_of = as_count(cell, metric)
    return f"{number_of} {noun}{'' if number_of == '1' else 's'}"
