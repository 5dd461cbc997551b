"""Distributions side by side: where all values lie, their middle half, the median and the tail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from overlap.harness.report.figures import number
from overlap.harness.stats.quantiles import of_round

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Below this many values a tail is an anecdote; the p95 needs at least one value beyond it.
FEWEST = 20
# Shape is drawn at this many places; more cannot be told apart at this size.
PLACES = 64


@dataclass(frozen=True, slots=True)
class Spread:
    """
    One row: quantiles by percent (5, 25, 50, 75, 95) and the outline as (value, share of the widest).

    Below `FEWEST` values there is the median alone, and the values themselves.
    """

    label: str
    count: int
    quantiles: dict[int, float]
    outline: tuple[tuple[float, float], ...] = ()
    values: tuple[float, ...] = ()
    planned: float | None = None


def spread(label: str, values: Sequence[float], planned: float | None = None) -> Spread | None:
    """Summarise *values*, all above 0, for one row; None without a value."""
    kept = np.asarray(values, dtype=float)
    kept = kept[kept > 0]
    if not kept.size:
        return None
    at = (5, 25, 50, 75, 95) if kept.size >= FEWEST else (50,)
    quantiles = dict(zip(at, of_round(kept, [each / 100 for each in at]).tolist(), strict=True))
    few = () if kept.size >= FEWEST else tuple(kept.tolist())
    return Spread(label, int(kept.size), quantiles, _outline(kept), few, planned)


def _outline(values: np.ndarray) -> tuple[tuple[float, float], ...]:
    """Smooth a histogram over the logarithm; what lies beyond the outermost 0.5 % is left out of the shape."""
    if values.size < FEWEST:
        return ()
    low, high = of_round(values, (0.005, 0.995))
    if high <= low:
        return ()
    counts, edges = np.histogram(np.log(values), bins=PLACES, range=(np.log(low), np.log(high)))
    smooth = np.convolve(counts, (0.06, 0.24, 0.4, 0.24, 0.06), mode="same")
    middle = np.exp((edges[1:] + edges[:-1]) / 2)
    return tuple(zip(middle.tolist(), (smooth / smooth.max()).tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Spreads:
    """A chart of distributions over a logarithmic axis, one row each."""

    name: str
    title: str
    spreads: tuple[Spread, ...]
    unit: str
    planned: str = ""

    @property
    def alt(self) -> str:
        """Say the median and, where there are enough values, the range of the middle 90 %."""
        sentences: list[str] = []
        for each in self.spreads:
            quantiles = each.quantiles
            tail = f", 5 to 95 % {number(quantiles[5])} to {number(quantiles[95])}" if 95 in quantiles else ""
            sentences.append(f"{each.label} median {number(quantiles[50])}{tail} ({each.count:,} values)")
        return f"Distributions, in {self.unit}: {'; '.join(sentences)}."

    def draw(self) -> "Figure":
        """Draw one row a distribution: shape, 5 to 95 % thin, 25 to 75 % thick, the median as a dot."""
        from overlap.harness.report import palette

        marked = any(each.planned is not None for each in self.spreads)
        figure, (axes,) = palette.sheet(
            (palette.ROW + 5) * len(self.spreads) + (60 if marked else 41),
            [each.label for each in self.spreads],
            head=marked,
        )
        axes.set_xscale("log")
        for row, each in enumerate(self.spreads):
            _draw_row(axes, row, each)
        palette.rows(axes, [each.label for each in self.spreads], self.unit)
        palette.log_ticks(axes)
        plans = [(row, each.planned) for row, each in enumerate(self.spreads) if each.planned is not None]
        if plans:
            axes.plot(
                [planned for _, planned in plans],
                [row + 0.12 for row, _ in plans],
                linestyle="none",
                marker="|",
                markersize=15,
                markeredgewidth=2.2,
                color=palette.ORANGE,
                label=self.planned,
            )
            palette.legend(figure, axes)
        return figure


def _draw_row(axes: "Axes", row: int, each: Spread) -> None:
    from overlap.harness.report import palette

    base = row + 0.12
    if each.outline:
        xs = [x for x, _ in each.outline]
        axes.fill_between(
            xs,
            base,
            [base - 0.55 * share for _, share in each.outline],
            color=palette.BLUE,
            alpha=0.35,
            linewidth=0,
        )
    quantiles = each.quantiles
    if 95 in quantiles:
        axes.plot([quantiles[5], quantiles[95]], [base, base], color=palette.BLUE, linewidth=1.2)
        axes.plot(
            [quantiles[25], quantiles[75]], [base, base], color=palette.BLUE, linewidth=4, solid_capstyle="butt"
        )
    axes.plot(
        each.values, [base] * len(each.values), marker="o", markersize=4, color=palette.BLUE, alpha=0.5, ls="none"
    )
    axes.plot(
        [quantiles[50]],
        [base],
        marker="o",
        markersize=5,
        color=palette.INK,
        markeredgecolor=palette.PAPER,
        linestyle="none",
    )
