"""Lists what may be wrong with a gate run although its verdict stands: a line each, with what to do."""

from collections.abc import Iterator, Sequence

from overlap.harness.gate.record import ERRORS, GateRun, JudgedSeries
from overlap.harness.report.figures import count

# A candidate this much faster may be doing nothing at all.
COLLAPSE = 0.5


def doubts(run: GateRun, judged: Sequence[JudgedSeries]) -> tuple[str, ...]:
    """Return everything about *run* that a reader of its verdict should know."""
    return (*run.notes, *_of_the_run(run, judged), *_collapsed(judged), *_without_ratio(judged))


def _of_the_run(run: GateRun, judged: Sequence[JudgedSeries]) -> Iterator[str]:
    if not run.interleaved:
        yield (
            "The two arms were not measured in turn: whatever the machine did between them is part of every ratio,"
            " and no error rate is kept."
        )
    if run.interrupted:
        yield "The run was interrupted; what was not decided by then is inconclusive."
    if run.disturbed:
        lost = len(run.disturbed)
        were, do = ("was", "does") if lost == 1 else ("were", "do")
        yield f"{lost} of {count(run.rounds, 'round')} {were} disturbed and {do} not count."
    declared = set(run.declared)
    if more := sorted({each.series.cell for each in judged} - declared):
        yield f"{', '.join(more)}: measured, though not declared."


def _collapsed(judged: Sequence[JudgedSeries]) -> Iterator[str]:
    for each in judged:
        ratio, better = each.ratio, each.series.better
        # That no call fails any more is no sign of work left undone.
        if ratio is None or better == "neither" or each.series.metric == ERRORS:
            continue
        gain = ratio if better == "lower" else (1 / ratio if ratio > 0 else 1.0)
        if gain < COLLAPSE:
            size = f"is {1 / gain:.1f} times better" if gain else "fell to nothing"
            yield f"{each.series.name} {size}: suspicious. Does the candidate still do the work?"


def _without_ratio(judged: Sequence[JudgedSeries]) -> Iterator[str]:
    for each in judged:
        below = sum(min(pair.base, pair.candidate) <= 0 for pair in each.series.counted)
        if each.series.kind == "timed" and below:
            of = f"{below} of {count(each.rounds, 'round')}"
            yield f"{each.series.name} is not above zero in {of}: there is no ratio of such values."
