"""Stacked bars: a whole and the parts it is made of, and beside it the small parts alone on their own scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from overlap.harness.report.figures import number

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Stack:
    """One row: as many values as the chart has parts."""

    label: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Stacks:
    """A chart of stacks; `zoomed` names the parts that are drawn once more by themselves."""

    name: str
    title: str
    parts: tuple[str, ...]
    stacks: tuple[Stack, ...]
    unit: str
    zoomed: tuple[str, ...] = ()

    @property
    def alt(self) -> str:
        """Say every part of every row."""
        rows = (
            f"{stack.label}: "
            + ", ".join(f"{part} {number(value)}" for part, value in zip(self.parts, stack.values, strict=True))
            for stack in self.stacks
        )
        return f"Stacked bars, in {self.unit}. {'; '.join(rows)}."

    def draw(self) -> "Figure":
        """Draw the whole on the left and the zoomed parts on the right, on scales of their own."""
        from overlap.harness.report import palette

        labels = [stack.label for stack in self.stacks]
        height = palette.ROW * len(self.stacks) + 60
        figure, axes = palette.sheet(height, labels, columns=2 if self.zoomed else 1, head=True)
        self._bars(axes[0], self.parts)
        palette.rows(axes[0], labels, f"whole, {self.unit}" if self.zoomed else self.unit)
        if self.zoomed:
            self._bars(axes[1], self.zoomed)
            palette.rows(axes[1], labels, f"{' + '.join(self.zoomed)}, {self.unit}")
            axes[1].tick_params(labelleft=False)
        palette.legend(figure, axes[0])
        return figure

    def _bars(self, axes: "Axes", parts: Sequence[str]) -> None:
        from overlap.harness.report import palette

        left = [0.0] * len(self.stacks)
        for part in parts:
            values = [stack.values[self.parts.index(part)] for stack in self.stacks]
            axes.barh(
                range(len(values)),
                values,
                left=left,
                height=0.62,
                color=palette.OWNERS.get(part, palette.FAINT),
                label=part,
            )
            left = [done + value for done, value in zip(left, values, strict=True)]
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.4g}")
        axes.set_xlim(0, max(left) * 1.04 or 1)
