"""Ratios with their intervals around 1, the line of no difference."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overlap.harness.report.figures import interval, number

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Ratio:
    """One row: a ratio, its 95 % interval, and whether that makes it a difference."""

    label: str
    value: float
    low: float | None = None
    high: float | None = None
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Forest:
    """A forest plot; `less` and `more` say what it means to lie left or right of 1."""

    name: str
    title: str
    ratios: tuple[Ratio, ...]
    less: str = ""
    more: str = ""

    @property
    def alt(self) -> str:
        """Say every ratio with its interval."""
        rows = (
            f"{each.label} {number(each.value)}"
            + (f" ({behind})" if (behind := interval(each.low, each.high)) else "")
            for each in self.ratios
        )
        return f"Ratios with 95 % intervals: {'; '.join(rows)}."

    def draw(self) -> "Figure":
        """Draw one row a ratio; filled where it is a difference, hollow where none is shown."""
        from overlap.harness.report import palette

        figure, (axes,) = palette.sheet(
            palette.ROW * len(self.ratios) + 60, [each.label for each in self.ratios], head=bool(self.less)
        )
        axes.set_xscale("log")
        axes.axvline(1, color=palette.FAINT, linewidth=1)
        for row, each in enumerate(self.ratios):
            if each.low is not None and each.high is not None:
                axes.plot([each.low, each.high], [row, row], color=palette.BLUE, linewidth=1.6)
            axes.plot(
                [each.value],
                [row],
                marker="o",
                markersize=6,
                color=palette.BLUE,
                markerfacecolor=palette.BLUE if each.differs else palette.PAPER,
                linestyle="none",
            )
        palette.rows(axes, [each.label for each in self.ratios], "ratio (1 = no difference)")
        self._limits(axes)
        if self.less and self.more:
            for x, side, words in ((0.0, "left", f"◂ {self.less}"), (1.0, "right", f"{self.more} ▸")):
                axes.annotate(
                    words,
                    (x, 1.0),
                    (0, 3),
                    xycoords="axes fraction",
                    textcoords="offset points",
                    ha=side,
                    va="bottom",
                    color=palette.FAINT,
                )
        return figure

    def _limits(self, axes: "object") -> None:
        from overlap.harness.report import palette

        ends = [
            end for each in self.ratios for end in (each.low, each.high, each.value) if end is not None and end > 0
        ]
        far = max([1.05, *(max(end, 1 / end) for end in ends)]) ** 1.15
        axes.set_xlim(1 / far, far)  # type: ignore[attr-defined]
        palette.log_ticks(axes)  # type: ignore[arg-type]
