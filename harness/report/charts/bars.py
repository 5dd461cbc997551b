"""Horizontal bars with their intervals, beside what would have been possible."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overlap.harness.report.figures import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class BarRow:
    """One row, in the chart's unit; `ideal` is the mark the bar is held against."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    ideal: float | None = None


@dataclass(frozen=True, slots=True)
class BarChart:
    """A chart of bars that begin at zero; `ideal` names the marks, `unit` the axis."""

    name: str
    title: str
    bars: tuple[BarRow, ...]
    unit: str
    ideal: str = ""

    @property
    def alt(self) -> str:
        """Say every bar with its mark."""
        rows = (
            f"{bar.label} {number(bar.value)}"
            + (f" ({self.ideal} {number(bar.ideal)})" if bar.ideal is not None else "")
            for bar in self.bars
        )
        return f"Bars, in {self.unit}: {'; '.join(rows)}."

    def draw(self) -> "Figure":
        """Draw one row a bar, its number behind it."""
        from overlap.harness.report import palette

        marked = any(bar.ideal is not None for bar in self.bars)
        figure, (axes,) = palette.sheet(
            palette.ROW * len(self.bars) + (60 if marked else 41), [bar.label for bar in self.bars], head=marked
        )
        at = range(len(self.bars))
        axes.barh(at, [bar.value for bar in self.bars], height=0.62, color=palette.BLUE)
        palette.rows(axes, [bar.label for bar in self.bars], self.unit)
        for row, bar in enumerate(self.bars):
            if bar.low is not None and bar.high is not None:
                axes.plot([bar.low, bar.high], [row, row], color=palette.INK, linewidth=1.1)
            axes.text(1, row, number(bar.value), transform=axes.get_yaxis_transform(), ha="right", va="center")
        if marked:
            ideals = [(row, bar.ideal) for row, bar in enumerate(self.bars) if bar.ideal is not None]
            axes.plot(
                [ideal for _, ideal in ideals],
                [row for row, _ in ideals],
                linestyle="none",
                marker="|",
                markersize=15,
                markeredgewidth=2.4,
                color=palette.ORANGE,
                label=self.ideal,
            )
            palette.legend(figure, axes)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.4g}")
        axes.set_xlim(0, max(max(bar.value, bar.high or 0, bar.ideal or 0) for bar in self.bars) * 1.2 or 1)
        return figure
