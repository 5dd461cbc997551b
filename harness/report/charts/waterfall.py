"""Single calls one below the other, each divided among the owners of its time, in the order it happened."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from overlap.harness.report.figures import number

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# More arrivals than this in one row would be a bar again.
MOST_TICKS = 200


@dataclass(frozen=True, slots=True)
class Fall:
    """One row: (owner, begin, end) and the arrivals of output, all in the chart's unit after the call's start."""

    label: str
    spans: tuple[tuple[str, float, float], ...]
    arrivals: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Waterfall:
    """A chart of calls; `owners` is the order of the legend."""

    name: str
    title: str
    falls: tuple[Fall, ...]
    owners: tuple[str, ...]
    unit: str

    @property
    def alt(self) -> str:
        """Say for every call how long each owner had it."""
        rows: list[str] = []
        for fall in self.falls:
            sums: dict[str, float] = {}
            for owner, begin, end in fall.spans:
                sums[owner] = sums.get(owner, 0) + end - begin
            rows.append(f"{fall.label}: " + ", ".join(f"{owner} {number(long)}" for owner, long in sums.items()))
        return f"Calls from start to end, in {self.unit}. {'; '.join(rows)}."

    def draw(self) -> "Figure":
        """Draw one row a call; the small strokes are chunks arriving."""
        from overlap.harness.report import palette

        figure, (axes,) = palette.sheet(
            palette.ROW * len(self.falls) + 60, [fall.label for fall in self.falls], head=True
        )
        for owner in self.owners:
            spans = [
                (row, begin, end)
                for row, fall in enumerate(self.falls)
                for own, begin, end in fall.spans
                if own == owner
            ]
            if spans:
                axes.barh(
                    [row for row, _, _ in spans],
                    [end - begin for _, begin, end in spans],
                    left=[begin for _, begin, _ in spans],
                    height=0.62,
                    color=palette.OWNERS.get(owner, palette.FAINT),
                    label=owner,
                )
        for row, fall in enumerate(self.falls):
            kept = fall.arrivals[:: max(1, len(fall.arrivals) // MOST_TICKS)]
            axes.vlines(kept, row + 0.31, row + 0.48, color=palette.INK, linewidth=0.7)
        palette.rows(axes, [fall.label for fall in self.falls], f"since the call's start, {self.unit}")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.4g}")
        axes.set_xlim(0, max(end for fall in self.falls for _, _, end in fall.spans) * 1.02)
        palette.legend(figure, axes)
        return figure
