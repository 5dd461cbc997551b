"""Which cells belong side by side: panels of one scenario, rows named by what differs within them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from overlap.harness.model.record import OWN, Cell
from overlap.harness.stats.cells import CellSummary

FIELDS = ("client", "variant", "strategy", "loop", "concurrency")
_PREPOSITIONS = {
    "client": "with",
    "variant": "as",
    "strategy": "by",
    "loop": "on",
    "concurrency": "at concurrency",
}


@dataclass(frozen=True, slots=True)
class Panel:
    """Cells that are comparable at a glance: one scenario, rows named by what differs, `shared` by all of them."""

    scenario: str
    shared: tuple[str, ...]
    rows: tuple[tuple[str, CellSummary], ...]

    @property
    def title(self) -> str:
        """The scenario and what all rows share, as a heading."""
        return " · ".join((self.scenario, say(self.rows[0][1].cell, self.shared))).removesuffix(" · ")

    @property
    def phrase(self) -> str:
        """What all rows share, as the beginning of a sentence."""
        cell = self.rows[0][1].cell
        values = ((_PREPOSITIONS[field], getattr(cell, field)) for field in self.shared)
        words = " ".join(f"{preposition} {value}" for preposition, value in values if value)
        return words[:1].upper() + words[1:] if words else f"In {self.scenario}"

    @property
    def slug(self) -> str:
        """The panel's name in a file's name."""
        return slug(self.title)


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two or more cells that differ in one field alone; `label` says what they share."""

    scenario: str
    label: str
    cells: dict[str, CellSummary]


def scenarios(cells: Iterable[CellSummary]) -> Iterator[tuple[str, list[CellSummary]]]:
    """Return the cells scenario by scenario, in the order of the run."""
    every = list(cells)
    for name in dict.fromkeys(each.cell.scenario for each in every):
        yield name, [each for each in every if each.cell.scenario == name]


def varied(cells: Sequence[CellSummary]) -> tuple[str, ...]:
    """Name the fields in which these cells differ, the scenario first."""
    return tuple(
        field for field in ("scenario", *FIELDS) if len({getattr(each.cell, field) for each in cells}) > 1
    )


def say(cell: Cell, fields: Iterable[str]) -> str:
    """Name a cell by *fields* alone, those that are empty left out."""
    values = ((field, getattr(cell, field)) for field in fields)
    return " · ".join(
        f"{field} {value}" if field == "concurrency" else str(value) for field, value in values if value
    )


def slug(words: str) -> str:
    """
    Make *words* fit for a file's name.

    >>> slug("loops · chain · concurrency 16")
    'loops-chain-concurrency-16'
    """
    return "-".join("".join(c if c.isalnum() or c == "_" else " " for c in words).split())


def panels(cells: Iterable[CellSummary]) -> list[Panel]:
    """
    Divide the cells into panels, one for each scenario and concurrency.

    Times at different concurrency do not belong on one scale; where that would leave every panel with a single
    row (a sweep of one strategy), the concurrencies stand in one panel after all.
    """
    result: list[Panel] = []
    for name, own in scenarios(cells):
        differs = varied(own)
        by_level = _by(own, lambda each: each.cell.concurrency)
        if len(by_level) > 1 and max(map(len, by_level)) > 1:
            inner = tuple(field for field in differs if field != "concurrency")
            result += [_panel(name, level, inner) for level in by_level]
        else:
            result.append(_panel(name, own, differs))
    return result


def _panel(scenario: str, cells: Sequence[CellSummary], differs: tuple[str, ...]) -> Panel:
    # A scenario without variants says nothing of them, nor does an application of its client, which is its own.
    fields, silent = differs or ("strategy",), {"", OWN}
    shared = tuple(
        field for field in FIELDS if field not in fields and getattr(cells[0].cell, field) not in silent
    )
    rows = tuple((say(each.cell, fields), each) for each in cells)
    return Panel(scenario, shared, rows)


def _by(cells: Sequence[CellSummary], key: Callable[[CellSummary], int]) -> list[list[CellSummary]]:
    return [list(group) for _, group in groupby(sorted(cells, key=key), key)]


def pairs(cells: Iterable[CellSummary], field: str) -> list[Contrast]:
    """Return every set of cells that are equal but for *field*, by that field's value."""
    contrasts: list[Contrast] = []
    for scenario, own in scenarios(cells):
        others = [other for other in FIELDS if other != field]
        fields = [other for other in varied(own) if other != field] or ["strategy"]
        sets: dict[tuple[object, ...], dict[str, CellSummary]] = {}
        for each in own:
            key = tuple(getattr(each.cell, other) for other in others)
            sets.setdefault(key, {})[str(getattr(each.cell, field))] = each
        contrasts.extend(
            Contrast(scenario, say(next(iter(alike.values())).cell, fields), alike)
            for alike in sets.values()
            if len(alike) > 1
        )
    return contrasts
