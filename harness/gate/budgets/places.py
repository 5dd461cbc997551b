"""Finds where a limit applies in a run: the cells it covers, or pairs of cells that differ in one axis only."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from overlap.harness.gate.budgets.limit import AXES, Limit, Term
from overlap.harness.gate.budgets.reading import Budget
from overlap.harness.model.record import Cell
from overlap.harness.report.figures import listed
from overlap.harness.text.mistakes import Mistake


class Nowhere(Mistake):
    """A limit that covers nothing in a run; what there is instead is in the message."""


@dataclass(frozen=True, slots=True)
class LimitPlace:
    """One cell, and for a ratio of two cells the other one; `cell` is what is left of the stroke."""

    cell: Cell
    other: Cell | None = None


def places(budget: Budget, limit: Limit, cells: Sequence[Cell]) -> list[LimitPlace]:
    """Return where *limit* of *budget* applies among the *cells* of a run. Raises `Nowhere`."""
    covered = [cell for cell in cells if budget.covers(cell.id)]
    if not covered:
        raise Nowhere(f"{budget.label}: no cell matches {listed(budget.cells)}; {_there(budget, cells)}")
    if limit.right is None or limit.left.name is None or limit.right.name is None:
        return [LimitPlace(cell) for cell in covered]
    axis = _axis(budget, limit.left, limit.right, cells)
    others = {_but(cell, axis): cell for cell in cells if _on(cell, axis) == limit.right.name}
    ones = [cell for cell in cells if _on(cell, axis) == limit.left.name]
    pairs = [LimitPlace(cell, others[_but(cell, axis)]) for cell in ones if _but(cell, axis) in others]
    matches = [pair for pair in pairs if pair.other and (pair.cell in covered or pair.other in covered)]
    if not matches:
        among = "" if budget.cells == ("*",) else f" among {listed(budget.cells)}"
        raise Nowhere(
            f"{budget.label}: {limit.text!r}: no two cells{among} differ in nothing "
            f"but the {axis}, {limit.left.name} and {limit.right.name}"
        )
    return matches


def _there(budget: Budget, cells: Sequence[Cell]) -> str:
    """Name the cells that come nearest to what was asked for, or the first ones."""
    ids = [cell.id for cell in cells]
    if not ids:
        return "the run has none"
    near = get_close_matches(budget.cells[0], ids, n=3, cutoff=0.5)
    return f"there are: {listed([*near, *(each for each in ids if each not in near)])}"


def _axis(budget: Budget, left: Term, right: Term, cells: Sequence[Cell]) -> str:
    """Find out in what the two cells of a ratio differ."""
    wanted_axis = left.axis or right.axis
    if left.axis and right.axis and left.axis != right.axis:
        raise Mistake(f"{budget.label}: a ratio is of two {left.axis}s or of two {right.axis}s, not of both")
    axes = (wanted_axis,) if wanted_axis else AXES
    there = {axis: sorted({_on(cell, axis) for cell in cells} - {""}) for axis in axes}
    for term in (left, right):
        if not any(term.name in names for names in there.values()):
            choices = "; ".join(f"{axis} {listed(names, 8)}" for axis, names in there.items() if names)
            what = f"no {wanted_axis} is" if wanted_axis else "nothing is"
            raise Nowhere(f"{budget.label}: {what} called {term.name!r} in the run; there are: {choices}")
    shared = [axis for axis, names in there.items() if left.name in names and right.name in names]
    if not shared:
        raise Nowhere(f"{budget.label}: {left.name} and {right.name} are not of one kind in the run")
    if len(shared) > 1:
        raise Mistake(
            f"{budget.label}: {left.name} and {right.name} are both {listed(shared)}: say {shared[0]}={left.name}"
        )
    return shared[0]


def _on(cell: Cell, axis: str) -> str:
    return str(getattr(cell, axis))


def _but(cell: Cell, axis: str) -> tuple[str, ...]:
    """Return everything that names *cell* but its place on *axis*."""
    return (cell.scenario, *(_on(cell, each) for each in AXES if each != axis))
