"""
Colours and sizes of all charts: Okabe and Ito's palette, which colour-blind readers can tell apart.

Charts are drawn once and shown on light and on dark paper. So the colours drawn here are placeholders; what
they stand for on either paper is in `LIGHT` and `DARK`, and CSS chooses. M. Okabe and K. Ito, Color Universal
Design, 2008; for dark paper the darker ones are lightened, for white paper the yellow is darkened.
"""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

# Placeholder → CSS variable. No two may look alike to `str.replace`, so all have six digits.
INK, FAINT, GRID, PAPER, PLAN = "#010101", "#020202", "#030303", "#040404", "#060606"
BLUE, ORANGE, GREEN, RED, SKY, PURPLE, YELLOW = (
    "#050501", "#050502", "#050503", "#050504", "#050505", "#050506", "#050507",
)  # fmt: skip
SERIES = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)
# The owners of the time; the plan is paler, since no code can save it.
OWNERS = {
    "dispatch": ORANGE, "send": BLUE, "planned": PLAN, "late": RED, "limit": YELLOW, "between": PURPLE,
    "receive": GREEN,
}  # fmt: skip
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

VARIABLES = {
    INK: "--ink", FAINT: "--faint", GRID: "--grid", PAPER: "--paper", PLAN: "--plan",
    BLUE: "--blue", ORANGE: "--orange", GREEN: "--green", RED: "--red",
    SKY: "--sky", PURPLE: "--purple", YELLOW: "--yellow",
}  # fmt: skip
LIGHT = {
    "--ink": "#1c2024", "--faint": "#5b6570", "--grid": "#dfe3e8", "--paper": "#ffffff", "--plan": "#c2cad3",
    "--blue": "#0072b2", "--orange": "#e69f00", "--green": "#009e73", "--red": "#d55e00",
    "--sky": "#56b4e9", "--purple": "#cc79a7", "--yellow": "#b8a800",
}  # fmt: skip
DARK = {
    "--ink": "#e8eaed", "--faint": "#a3adb8", "--grid": "#363d45", "--paper": "#15181c", "--plan": "#4d5863",
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
    "text.parse_math": False,  # a dollar sign in a name is a dollar sign
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


def sheet(  # noqa: PLR0913  a side of the sheet each
    height: float,
    labels: Sequence[str],
    *,
    columns: int = 1,
    head: bool = False,
    beside: float = 0.0,
    right: float = 14.0,
) -> tuple[Figure, list[Axes]]:
    """
    Return an empty figure, *height* points high, and its axes side by side, sharing their rows.

    There is room for *labels* on the left and *beside* points for what is written upright there, for a legend with
    *head* on top, for *right* points on the right. Room is reckoned, not measured: matplotlib's own layout would
    draw everything twice, and in a font that no reader has.
    """
    figure = Figure(figsize=(WIDTH / 72, height / 72))
    left = min(max(map(wide, labels), default=0) + 10 + beside, WIDTH * 0.55)
    figure.subplots_adjust(
        left=left / WIDTH,
        right=1 - right / WIDTH,
        bottom=36 / height,
        top=1 - (24 if head else 5) / height,
        wspace=0.1,
    )
    return figure, list(figure.subplots(1, columns, squeeze=False, sharey=True)[0])


def wide(words: str) -> float:
    """
    Reckon how many points *words* take, rather too many than too few.

    >>> 40 < wide("thread_pool") < 80
    True
    """
    narrow, broad = sum(words.count(c) for c in "ijlft.,:;'|() ·"), sum(words.count(c) for c in "mwMW")
    return LETTERS * (0.62 * (len(words) - narrow - broad) + 0.36 * narrow + 0.98 * broad)


def legend(figure: Figure, axes: Axes, columns: int = 5) -> None:
    """Name the colours and marks of *axes* in the room that `sheet` left on top."""
    figure.legend(
        *axes.get_legend_handles_labels(),
        loc="upper left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0.1,
        ncols=columns,
        frameon=False,
        handlelength=1,
        columnspacing=1.2,
    )


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
    """Return four or so round values from *low* to *high*, evenly spaced."""
    step = 10.0 ** floor(log10((high - low) / 2))
    step *= next(by for by in (5, 2, 1, 0.5) if (high - low) / (step * by) >= 2.5 or by == 0.5)
    first = ceil(low / step)
    return [step * i for i in range(first, floor(high / step) + 1)]
