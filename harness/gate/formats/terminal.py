"""The terminal, a hundred columns wide: the answer, every series with its interval, then what to make of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from overlap.harness.gate import plot, rows, view
from overlap.harness.gate.meaning import change, marks, meaning
from overlap.harness.gate.record import Outcome, Verdict
from overlap.harness.gate.sanitize import clean
from overlap.harness.report.figures import listed

if TYPE_CHECKING:
    from rich.console import Console

FILE = "gate.txt"
WIDTH = 100
# Series at most; the worst come first, so that what is left out is what passed.
MOST = 60
# Sentences of a kind at most.
MOST_SAID = 10
_GAP = 1
_SET_IN = 2
_COLOURS: dict[Verdict, str] = {
    "regressed": "bold red",
    "invalid": "bold magenta",
    "inconclusive": "yellow",
    "improved": "cyan",
    "pass": "green",
}
Piece = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Said:
    """One paragraph: pieces of text with their styles, and how far its further lines are set in."""

    pieces: tuple[Piece, ...]
    indent: int = 0
    wraps: bool = True


def files(outcome: Outcome) -> dict[str, str]:
    """Answer what `show` shows, as plain text."""
    from rich.console import Console

    out = StringIO()
    # Left to itself, rich shows in a notebook what it is asked to write.
    show(outcome, Console(file=out, width=WIDTH, no_color=True, highlight=False, force_jupyter=False))
    return {FILE: "".join(f"{line.rstrip()}\n" for line in out.getvalue().splitlines())}


def show(outcome: Outcome, console: "Console") -> None:
    """Write *outcome* to *console*, no wider than `WIDTH`; in ASCII where the console knows nothing else."""
    from rich.padding import Padding
    from rich.text import Text

    width = min(WIDTH, console.width)
    known = console.encoding.lower().startswith("utf")
    for said in _paragraphs(outcome, width):
        text = Text.assemble(*((words if known else words.translate(plot.ASCII), s) for words, s in said.pieces))
        if said.wraps:
            console.print(Padding(text, (0, 0, 0, said.indent)), width=width)
        else:
            console.print(text, width=width, no_wrap=True, overflow="ellipsis", crop=True)


def _paragraphs(outcome: Outcome, width: int) -> Iterator[_Said]:
    yield _Said(((outcome.verdict.upper(), _COLOURS[outcome.verdict]), (f"  {view.answer(outcome)}", "bold")))
    yield _Said(((view.tally(outcome), "dim"),))
    if installed := view.installed(outcome):
        yield _Said(((installed, "dim"),))
    if view.measured(outcome):
        yield _Said((("", ""),))
        yield from _series(outcome, width)
    yield from _list("Doubts", [clean(doubt, 1000) for doubt in outcome.doubts])
    yield from _list("Nothing to compare", view.missing(outcome))
    yield from _list("Disturbed rounds, not counted", view.disturbed(outcome))
    yield from _compared(outcome)
    yield _Said((("", ""),))
    yield _Said(((" · ".join(view.facts(outcome)), "dim"),))
    if view.measured(outcome):
        yield _Said(((f"{change(outcome)} {marks(outcome)}", "dim"),))
    if meant := meaning(outcome):
        yield _Said(((meant, ""),))


def _series(outcome: Outcome, width: int) -> Iterator[_Said]:
    ordered = view.worst_first(outcome)
    shown, left, bound = ordered[:MOST], ordered[MOST:], outcome.run.rule.pass_bound
    lines = [view.line(each) for each in shown]
    columns = rows.fitting(lines, width, _GAP)
    axis = rows.axis_of(outcome, shown, width - 1 - rows.taken(columns, lines, _GAP))
    widths = [rows.wide(column, lines) for column in columns]

    def row(words: Iterable[str], styles: Sequence[str], drawn: str) -> _Said:
        pieces = [
            (f" {word:>{wide}}" if column.right else f" {word:<{wide}}", style)
            for column, word, wide, style in zip(columns, words, widths, styles, strict=True)
        ]
        return _Said((*pieces, (f" {drawn}", "")), wraps=False)

    yield row((column.heading for column in columns), ["dim"] * len(columns), axis.heading)
    for cell, found in view.by_cell(shown):
        yield _Said(((clean(cell, width), "bold"),), wraps=False)
        for line in map(view.line, found):
            styles = [_COLOURS[line.judged.verdict] if each.heading == "verdict" else "" for each in columns]
            yield row((column.says(line) for column in columns), styles, rows.drawn(line, axis, bound))
            if view.needs_why(line):
                yield _Said(((clean(line.judged.why), "dim"),), indent=_SET_IN + 1)
    if left:
        verdicts = sorted({each.verdict for each in left}, key=view.ORDER.index)
        yield _Said(((f"and {len(left):,} more: {listed(list(map(view.word, verdicts)))}", "dim"),))


def _list(heading: str, sentences: Sequence[str]) -> Iterator[_Said]:
    if not sentences:
        return
    yield _Said((("", ""),))
    yield _Said(((heading, "bold"),))
    for sentence in sentences[:MOST_SAID]:
        yield _Said(((sentence, ""),), indent=_SET_IN)
    if len(sentences) > MOST_SAID:
        yield _Said(((f"and {len(sentences) - MOST_SAID:,} more", "dim"),), indent=_SET_IN)


def _compared(outcome: Outcome) -> Iterator[_Said]:
    compared = [("", "base", "candidate"), *view.compared(outcome)]
    widths = [max(len(row[i]) for row in compared) for i in range(3)]
    yield _Said((("", ""),))
    yield _Said((("Compared", "bold"),))
    for i, (name, base, candidate) in enumerate(compared):
        words = f"{'':{_SET_IN}}{name:<{widths[0]}}{'':{_SET_IN}}{base:<{widths[1]}}{'':{_SET_IN}}{candidate}"
        yield _Said(((words, "" if i else "dim"),), wraps=False)
