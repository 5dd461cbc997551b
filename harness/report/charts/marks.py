"""Quantiles as marks in a row: the median with its interval, then the tail, beside what the server planned."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overlap.harness.report.figures import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class MarkRow:
    """One row: values by the names the chart gives them, an interval for the first of them."""

    label: str
    values: dict[str, float]
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class MarkChart:
    """A chart of marks; `kinds` is the order of their names, `reference` one that is drawn as a line."""

    name: str
    title: str
    marks: tuple[MarkRow, ...]
    kinds: tuple[str, ...]
    unit: str
    reference: str = ""

    @property
    def alt(self) -> str:
        """Say every mark of every row."""
        rows = (
            f"{mark.label} " + ", ".join(f"{kind} {number(value)}" for kind, value in mark.values.items())
            for mark in self.marks
        )
        return f"Marks, in {self.unit}: {'; '.join(rows)}."

    def draw(self) -> "Figure":
        """Draw one row a mark's label; each kind has a shape and a colour of its own."""
        from overlap.harness.report import palette

        figure, (axes,) = palette.sheet(
            palette.ROW * len(self.marks) + 60, [mark.label for mark in self.marks], head=True
        )
        looks = dict(
            zip(self.kinds, zip((palette.BLUE, palette.ORANGE, palette.RED), "o^D", strict=True), strict=False)
        )
        looks[self.reference] = (palette.FAINT, "|")
        for kind in (self.reference, *reversed(self.kinds)):
            colour, shape = looks[kind]
            points = [(mark.values[kind], row) for row, mark in enumerate(self.marks) if kind in mark.values]
            if points:
                axes.plot(
                    [x for x, _ in points],
                    [y for _, y in points],
                    linestyle="none",
                    marker=shape,
                    markersize=14 if shape == "|" else 6,
                    markeredgewidth=2 if shape == "|" else 0.6,
                    color=colour,
                    markeredgecolor=colour if shape == "|" else palette.PAPER,
                    label=kind,
                )
        for row, mark in enumerate(self.marks):
            if mark.low is not None and mark.high is not None:
                axes.plot([mark.low, mark.high], [row, row], color=palette.BLUE, linewidth=1.6, zorder=1)
        palette.rows(axes, [mark.label for mark in self.marks], self.unit)
        axes.margins(x=0.06)
        palette.legend(figure, axes)
        return figure
