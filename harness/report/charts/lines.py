"""Lines over the concurrency, each named where it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from overlap.harness.report.figures import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


# Points from one line of a label to the next.
STEP = 12.5
# The least range of the upright axis, highest / lowest.
LEAST = 2.0


@dataclass(frozen=True, slots=True)
class LineSeries:
    """One or more series that run together: their names, and (x, value, low, high) from left to right."""

    labels: tuple[str, ...]
    points: tuple[tuple[float, float, float | None, float | None], ...]


@dataclass(frozen=True, slots=True)
class LineChart:
    """A chart of lines on two logarithmic axes, on which what grows in proportion is straight."""

    name: str
    title: str
    lines: tuple[LineSeries, ...]
    across: str
    unit: str

    @property
    def alt(self) -> str:
        """Say where every line begins and ends."""
        ends = (
            f"{', '.join(line.labels)} from {number(line.points[0][1])} at {number(line.points[0][0])} "
            f"to {number(line.points[-1][1])} at {number(line.points[-1][0])}"
            for line in self.lines
        )
        return f"Lines over {self.across}, in {self.unit}: {'; '.join(ends)}."

    def draw(self) -> "Figure":
        """Draw the lines, highest end first, with as much height as their names need."""
        from overlap.harness.report import palette

        ordered = sorted(self.lines, key=lambda line: -line.points[-1][1])
        names = ["\n".join(_wrapped(line.labels)) for line in ordered]
        height = max(230.0, STEP * sum(name.count("\n") + 1.4 for name in names) + 50)
        widest = max(palette.wide(line) for name in names for line in name.split("\n"))
        figure, (axes,) = palette.sheet(height, ["10,000"], beside=STEP, right=widest + 30)
        axes.set_xscale("log")
        axes.set_yscale("log")
        for place, line in enumerate(ordered):
            colour, marker = (
                palette.SERIES[place % len(palette.SERIES)],
                palette.MARKERS[place % len(palette.MARKERS)],
            )
            xs, ys = [p[0] for p in line.points], [p[1] for p in line.points]
            axes.plot(xs, ys, color=colour, marker=marker, markersize=4.5, linewidth=1.4)
            for x, _, low, high in line.points:
                if low is not None and high is not None:
                    axes.plot([x, x], [low, high], color=colour, linewidth=3, alpha=0.4)
        self._axes(axes)
        _name_ends(axes, ordered, names, height)
        return figure

    def _axes(self, axes: "Axes") -> None:
        from matplotlib.ticker import NullLocator

        from overlap.harness.report import palette

        levels = sorted({point[0] for line in self.lines for point in line.points})
        axes.set_xticks(levels, [f"{level:,g}" for level in levels])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.margins(x=0.04, y=0.08)
        low, high = axes.get_ylim()
        # A narrower range would make a slope of what is hardly a difference.
        wider = max(1.0, (LEAST / (high / low)) ** 0.5)
        axes.set_ylim(low / wider, high * wider)
        palette.log_ticks(axes, axes.yaxis)
        axes.tick_params(length=3)
        axes.set_xlabel(self.across)
        axes.set_ylabel(self.unit)
        axes.grid(linewidth=0.7)


def _wrapped(labels: Sequence[str]) -> list[str]:
    """Write names one after the other, as many a line as fit beside the chart."""
    from textwrap import wrap

    return wrap(", ".join(labels), 26, break_long_words=False)


def _name_ends(axes: "Axes", ordered: Sequence[LineSeries], names: Sequence[str], height: float) -> None:
    """Write each name at the right, at the height of its line's end or as near as the others leave room."""
    from overlap.harness.report import palette

    bottom, top = axes.get_ylim()
    share = [log(line.points[-1][1] / bottom) / log(top / bottom) for line in ordered]
    sizes = [STEP * (name.count("\n") + 1.4) / (height - 50) for name in names]
    for rank, place in enumerate(_apart(share, sizes)):
        axes.annotate(
            names[rank],
            ordered[rank].points[-1][:2],
            (1.08, place),
            textcoords="axes fraction",
            va="center",
            color=palette.INK,
            arrowprops={
                "arrowstyle": "-",
                "color": palette.SERIES[rank % len(palette.SERIES)],
                "linewidth": 0.9,
                "shrinkA": 1,
                "shrinkB": 3,
                "relpos": (0, 0.5),
            },
        )


def _apart(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """
    Move the middles of labels of these *sizes*, highest first, until none lies on another or below 0.

    >>> _apart([0.5, 0.5], [0.2, 0.2])
    [0.5, 0.3]
    """
    places: list[float] = []
    for want, size in zip(wanted, sizes, strict=True):
        above = places[-1] - (sizes[len(places) - 1] + size) / 2 if places else 1.0
        places.append(min(want, above))
    floor = 0.0
    for i in range(len(places) - 1, -1, -1):
        places[i] = max(places[i], floor + (0 if i == len(places) - 1 else sizes[i] / 2))
        floor = places[i] + sizes[i] / 2
    return places
