"""A report on its way to people: drawn, written in the formats that a folder has unasked, shown on a terminal."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overlap.harness.registry import load, names
from overlap.harness.report.section import Report
from overlap.harness.store import run_files

if TYPE_CHECKING:
    from rich.console import Console

FORMATS = "overlap.harness.report.formats"
CHARTS = "charts"


def defaults() -> list[Any]:
    """Load the formats that are written unasked."""
    return [page for page in (load(FORMATS, name) for name in names(FORMATS)) if page.DEFAULT]


def drawn(report: Report) -> Report:
    """Return *report* with all of its charts drawn; one without charts costs no matplotlib."""
    if not (charts := list(report.charts())):
        return report
    from overlap.harness.report import drawings

    return replace(report, drawings=drawings.drawn(charts))


def files(report: Report, pages: Iterable[Any]) -> dict[str, bytes]:
    """Return what *pages* make of a report that is drawn, and its charts as files beside them."""
    contents: dict[str, bytes] = {}
    if report.drawings:
        from overlap.harness.report.drawing import alone

        contents = {f"{CHARTS}/{name}.svg": alone(picture).encode() for name, picture in report.drawings.items()}
    return contents | {page.FILE: page.render(report) for page in pages}


def write(report: Report, folder: Path) -> None:
    """Write *report* into *folder* in every default format, with its charts; raises OSError where it cannot be."""
    keep(files(drawn(report), defaults()), folder)


def keep(contents: dict[str, bytes], folder: Path) -> None:
    """Write the files *contents* into *folder*, each in one step."""
    if any(name.startswith(f"{CHARTS}/") for name in contents):
        (folder / CHARTS).mkdir(exist_ok=True)
    for name, content in contents.items():
        run_files.replace(folder / name, content)


def show(report: Report, console: "Console") -> None:
    """Show *report* on a terminal."""
    from overlap.harness.report.formats import terminal

    terminal.show(report, console)
