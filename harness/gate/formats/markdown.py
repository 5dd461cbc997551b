"""
Markdown for the summary of a job and for a comment: the answer, every series with its interval, what was compared.

GitHub refuses a summary of more than 1 MiB and a comment of more than 65,536 characters, so either shows as many
series as it has room for, the worst first, and says how many it left out. The comment carries a marker that is
not shown, by which the next one finds and replaces it.
"""

from collections.abc import Iterator, Sequence

from overlap.harness.gate import rows, view
from overlap.harness.gate.meaning import change, marks, meaning
from overlap.harness.gate.record import Judged, Outcome, Verdict
from overlap.harness.gate.sanitize import clean
from overlap.harness.report.figures import listed
from overlap.harness.text.markdown import escaped, paragraph

FILE = "gate.md"
COMMENT = "gate-comment.md"
MARKER = "<!-- overlap-gate -->"
# Bytes and characters, a little below what is refused: other steps append to a summary, people to a comment.
LARGEST_SUMMARY = 1_000_000
LARGEST_COMMENT = 60_000
# Sentences of a kind at most; each is cut at 300 characters.
MOST_SAID = 20
# More series than this, and those that pass are folded.
FOLDED_FROM = 12
# A plot's characters.
ROOM = 31
_SIGNS: dict[Verdict, str] = {
    "regressed": "🔴",
    "invalid": "🟣",
    "inconclusive": "🟡",
    "improved": "🔵",
    "pass": "🟢",
}


def files(outcome: Outcome) -> dict[str, str]:
    """Answer the summary, and the comment with its marker."""
    return {FILE: summary(outcome), COMMENT: comment(outcome)}


def summary(outcome: Outcome, most: int = LARGEST_SUMMARY) -> str:
    """Answer the text of a job's summary, of at most *most* bytes."""
    return _fitting(outcome, most, "")


def comment(outcome: Outcome) -> str:
    """Answer the text of a comment, beginning with the marker."""
    return _fitting(outcome, LARGEST_COMMENT, f"{MARKER}\n")


def _fitting(outcome: Outcome, most: int, before: str) -> str:
    """Show as many series as fit; no series fit only where *most* is less than a few thousand."""
    shown = len(outcome.judged)
    while len((text := before + _text(outcome, shown)).encode()) > most and shown:
        shown = min(shown - 1, int(shown * most / len(text.encode())))
    return text


def _text(outcome: Outcome, shown: int) -> str:
    return "\n".join(_lines(outcome, shown)).rstrip() + "\n"


def _lines(outcome: Outcome, shown: int) -> Iterator[str]:
    sign = _SIGNS[outcome.verdict]
    yield from (f"## {sign} Regression gate: {outcome.verdict}", "", f"**{escaped(view.answer(outcome))}**", "")
    yield from (paragraph(view.tally(outcome)) + ".", "")
    if meant := meaning(outcome):
        yield from (paragraph(meant), "")
    if installed := view.installed(outcome):
        yield from (paragraph(installed), "")
    if view.measured(outcome):
        yield from _series(outcome, shown)
    yield from _list("Doubts", [clean(doubt, 1000) for doubt in outcome.doubts])
    yield from _list("Nothing to compare", view.missing(outcome))
    yield from _list("Disturbed rounds, not counted", view.disturbed(outcome))
    yield from _compared(outcome)
    yield from (paragraph(" · ".join(view.facts(outcome))), "")


def _series(outcome: Outcome, shown: int) -> Iterator[str]:
    """Yield tables, and the intervals as a block of code: there alone a character has one width."""
    ordered = view.worst_first(outcome)
    chosen = ordered[:shown]
    quiet = [each for each in chosen if each.verdict == "pass"]
    if len(chosen) <= FOLDED_FROM:
        yield from _table(chosen)
    else:
        yield from _table([each for each in chosen if each.verdict != "pass"])
        yield from (
            "<details>",
            f"<summary>{len(quiet):,} series {'passes' if len(quiet) == 1 else 'pass'}</summary>",
            "",
            *_table(quiet),
            "</details>",
            "",
        )
    if left := ordered[shown:]:
        verdicts = sorted({each.verdict for each in left}, key=view.ORDER.index)
        yield from (f"and {len(left):,} more: {listed(list(map(view.word, verdicts)))}.", "")
    yield from _plot(outcome, shown)
    yield from (f"{change(outcome)} {marks(outcome)}", "")


def _table(judged: list[Judged]) -> Iterator[str]:
    if not judged:
        return
    yield "| | cell | metric | from → to | change | interval, % | rounds | MDE |"
    yield "|---|---|---|---:|---:|---|---:|---:|"
    for cell, found in view.by_cell(judged):
        for line in map(view.line, found):
            words = (line.metric, line.values, line.change, line.span, line.rounds, line.mde)
            verdict = line.judged.verdict
            yield (
                f"| {_SIGNS[verdict]} {view.word(verdict)} | "
                + " | ".join(map(escaped, (clean(cell, 200), *words)))
                + " |"
            )
    yield ""


def _plot(outcome: Outcome, shown: int) -> Iterator[str]:
    timed = [each for each in view.worst_first(outcome)[:shown] if each.series.kind == "timed"]
    if not timed:
        return
    axis, bound = rows.axis_of(outcome, timed, ROOM), outcome.run.rule.pass_bound
    lines = [(clean(cell, 100), list(map(view.line, found))) for cell, found in view.by_cell(timed)]
    widest = max(len(line.metric) for _, found in lines for line in found) + 2
    yield "```text"
    yield f"{'':{widest}}  {axis.heading}"
    for cell, found in lines:
        # Two ends of a block of code look alike: no cell may end it.
        yield cell.replace("```", "'''")
        for line in found:
            yield f"  {line.metric:<{widest}}{rows.drawn(line, axis, bound)}  {line.effect}".replace("```", "'''")
    yield from ("```", "")


def _list(heading: str, sentences: Sequence[str]) -> Iterator[str]:
    if not sentences:
        return
    yield from (f"**{heading}**", "")
    yield from (f"- {paragraph(sentence)}" for sentence in sentences[:MOST_SAID])
    if len(sentences) > MOST_SAID:
        yield f"- and {len(sentences) - MOST_SAID:,} more"
    yield ""


def _compared(outcome: Outcome) -> Iterator[str]:
    yield from ("| compared | base | candidate |", "|---|---|---|")
    for row in view.compared(outcome):
        yield "| " + " | ".join(map(escaped, row)) + " |"
    yield ""
