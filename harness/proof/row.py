"""One line of the proof: what was planted, what should come out, what came out, and whether that was kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from overlap.harness.text.markdown import escaped


@dataclass(frozen=True, slots=True)
class ProofRow:
    """
    One figure or sentence that Overlap prints, held against a truth that is known.

    `figure` names what is printed; `planted` says which truth was simulated or planted, and how often; `expected`
    and `measured` are the bound and what came out, as text with units. `kept` is False where the bound is missed.
    """

    figure: str
    planted: str
    expected: str
    measured: str
    kept: bool


def share_within(figure: str, planted: str, hits: int, trials: int, bounds: tuple[float, float]) -> ProofRow:
    """
    Return the row of *hits* of *trials* whose share (0 to 1) must lie within *bounds*, both included.

    The bounds are the promise itself: the simulation's own scatter is not added to them, so a check chooses
    enough trials for its seed. What came out is printed with its standard error, in points.
    """
    low, high = bounds
    share = hits / trials
    error = sqrt(share * (1 - share) / trials) * 100
    return ProofRow(
        figure,
        f"{planted}; {trials:,} trials",
        f"{low:.0%} to {high:.0%}" if low > 0 else f"at most {high:.0%}",
        f"{share:.1%} (±{error:.1f})" if error else f"{share:.1%}",
        low <= share <= high,
    )


def markdown(groups: Sequence[tuple[str, Sequence[ProofRow]]]) -> str:
    """Return the table of all *groups* (a check's title and its rows) as Markdown."""
    lines = [
        "# Proof: known truth in, printed figures out",
        "",
        "    make proof",
        "",
        "Every line plants a truth that is known and compares it with what Overlap would print. The command exits",
        "with 1 if one line is not kept.",
    ]
    for title, rows in groups:
        lines += ["", f"## {title}", "", "| figure or sentence | planted | expected | came out | kept |"]
        lines += ["|---|---|---|---|---|"]
        lines += map(_line, rows)
    return "\n".join(lines) + "\n"


def _line(row: ProofRow) -> str:
    texts = map(escaped, (row.figure, row.planted, row.expected, row.measured))
    return f"| {' | '.join(texts)} | {'yes' if row.kept else '**no**'} |"
