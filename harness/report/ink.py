"""
Colours and sizes of all charts: Okabe and Ito's palette, which colour-blind readers can tell apart.

Charts are drawn once and shown on light and on dark paper. So the colours drawn here are placeholders; what
they stand for on either paper is in `LIGHT` and `DARK`, and CSS chooses. M. Okabe and K. Ito, Color Universal
Design, 2008; on dark paper blue and vermillion are lightened until they contrast by 4.5 to 1.
"""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

# Placeholder → CSS variable. No two may look alike to `str.replace`, so all have six digits.
INK, FAINT, GRID, PAPER = "#010101", "#020202", "#030303", "#040404"
BLUE, ORANGE, GREEN, RED, SKY, PURPLE, YELLOW = (
    "#050501", "#050502", "#050503", "#050504", "#050505", "#050506", "#050507",
)  # fmt: skip
SERIES = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

VARIABLES = {
    INK: "--ink", FAINT: "--faint", GRID: "--grid", PAPER: "--paper",
    BLUE: "--blue", ORANGE: "--orange", GREEN: "--green", RED: "--red",
    SKY: "--sky", PURPLE: "--purple", YELLOW: "--yellow",
}  # fmt: skip
LIGHT = {
    "--ink": "#1c2024", "--faint": "#5b6570", "--grid": "#dfe3e8", "--paper": "#ffffff",
    "--blue": "#0072b2", "--orange": "#e69f00", "--green": "#009e73", "--red": "#d55e00",
    "--sky": "#56b4e9", "--purple": "#cc79a7", "--yellow": "#b8a800",
}  # fmt: skip
DARK = {
    "--ink": "#e8eaed", "--faint": "#a3adb8", "--grid": "#363d45", "--paper": "#15181c",
    "--blue": "#4aa3e0", "--orange": "#e69f00", "--green": "#1fb98f", "--red": "#f0803c",
    "--sky": "#8fd0f5", "--purple": "#dd93bd", "--yellow": "#f0e442",
}  # fmt: skip

# Points. Narrow, so that letters are still readable when a phone shows the whole chart.
WIDTH = 430.0
LETTERS = 9.5
ROW = 19.0
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: searchable, a third of the size, in the reader's own font
    "svg.hashsalt": "overlap",
    "font.family": "DejaVu Sans",  # wider than what a browser puts in its place, so nothing runs over
    "font.size": LETTERS,
    "axes.labelsize": LETTERS,
    "axes.titlesize": LETTERS,
    "xtick.labelsize": LETTERS,
    "ytick.labelsize": LETTERS,
    "legend.fontsize": LETTERS,
    "text.color": INK,
    "axes.labelcolor": FAINT,
    "axes.edgecolor": GRID,
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "xtick.color": GRID,
    "ytick.color": GRID,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": GRID,
    "hatch.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": False,
    "path.simplify_threshold": 0.5,
}


def sheet(height: float, columns: int = 1, width: float = WIDTH) -> tuple[Figure, list[Axes]]:
    """Answer an empty figure of *width* x *height* points and its axes side by side, sharing their rows."""
    figure = Figure(figsize=(width / 72, height / 72), layout="constrained")
    figure.get_layout_engine().set(w_pad=4 / 72, h_pad=3 / 72, wspace=0.02)  # type: ignore[union-attr, call-arg]  # the constrained one takes these
    axes = figure.subplots(1, columns, squeeze=False, sharey=True)[0]
    return figure, list(axes)


def rows(axes: Axes, labels: Sequence[str], unit: str) -> None:
    """Lay out *axes* for one row a label, the first on top, with a vertical grid and the unit named."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.tick_params(axis="x", length=3)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel(unit)
    axes.grid(axis="x", linewidth=0.7)
    axes.set_axisbelow(True)


def log_ticks(axes: Axes, axis: Axis | None = None) -> None:
    """Number a logarithmic axis (x unless another is given) plainly: a few round values, no powers of ten."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullFormatter, NullLocator

    axis = axes.xaxis if axis is None else axis
    low, high = sorted(axis.get_view_interval())
    decades = log10(high / low)
    subs = (1.0,) if decades > 3 else (1.0, 3.0) if decades > 1.6 else (1.0, 2.0, 5.0)
    axis.set_minor_formatter(NullFormatter())
    axis.set_minor_locator(NullLocator())
    if decades > 0.8:
        axis.set_major_locator(LogLocator(subs=subs, numticks=12))
    else:
        axis.set_major_locator(FixedLocator(_between(low, high)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.4g}"))


def _between(low: float, high: float) -> list[float]:
    """Answer four or so round values from *low* to *high*, evenly spaced."""
    step = 10.0 ** floor(log10((high - low) / 2))
    step *= next(by for by in (5, 2, 1, 0.5) if (high - low) / (step * by) >= 2.5 or by == 0.5)
    first = ceil(low / step)
    return [step * i for i in range(first, floor(high / step) + 1)]
