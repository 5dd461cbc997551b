"""
Budgets: limits checked in beside the code, in a TOML file, to be kept by every run that is judged by it.

    [[budget]]
    cells = "strategies/*/gather/*"     # optional, also a list: * stands for anything, slashes too; default: all
    limits = ["overlap >= 0.9", "requests_per_call == 1", "ttft.p95 <= 0.4"]
    name = "the default strategy"       # optional
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from overlap.harness.gate.budgets.limit import Limit, limit
from overlap.harness.host.input_files import toml_of
from overlap.harness.text.mistakes import Mistake

KEYS = ("name", "cells", "limits")


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits that every cell keeps whose id matches one of *cells*; `label` is how a mistake in it is told."""

    label: str
    cells: tuple[str, ...]
    limits: tuple[Limit, ...]

    def covers(self, cell: str) -> bool:
        """Return whether the budget is for the cell with this id."""
        return any(fnmatchcase(cell, pattern) for pattern in self.cells)


def read(path: Path) -> tuple[Budget, ...]:
    """Read the budgets in *path*. Raises `Mistake` for what is not there, not TOML, or no budget: one line."""
    table = toml_of(path)
    try:
        return budgets_of(table)
    except Mistake as mistake:
        raise Mistake(f"{path.name}: {mistake}") from mistake


def budgets_of(document: Mapping[str, Any]) -> tuple[Budget, ...]:
    """Make the budgets of the tables in *document*. Raises `Mistake`."""
    if unknown := sorted(set(document) - {"budget"}):
        raise Mistake(f"no key {unknown[0]!r}; budgets are tables [[budget]]")
    tables = document.get("budget")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise Mistake("there is no table [[budget]]")
    return tuple(_budget(table, number) for number, table in enumerate(tables, 1))


def _budget(table: Mapping[str, Any], number: int) -> Budget:
    label = f"budget {number}"
    if unknown := sorted(set(table) - set(KEYS)):
        raise Mistake(f"{label}: no key {unknown[0]!r}; there are: {', '.join(KEYS)}")
    if "name" in table:
        label += f" ({table['name']})"
    cells, lines = _texts(table, "cells", label) or ("*",), _texts(table, "limits", label)
    if not lines:
        raise Mistake(f"{label}: it has no limits")
    try:
        return Budget(label, cells, tuple(map(limit, lines)))
    except Mistake as mistake:
        raise Mistake(f"{label}: {mistake}") from mistake


def _texts(table: Mapping[str, Any], key: str, label: str) -> tuple[str, ...]:
    """Return one text or a list of them as a tuple; () where there is none."""
    value = table.get(key, ())
    texts: Sequence[Any] = (value,) if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) and text.strip() for text in texts):
        raise Mistake(f"{label}: {key} is a text or a list of texts, not {value!r}")
    return tuple(texts)
