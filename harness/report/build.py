"""From a run's folder to its report: reads the files, builds every section, draws, writes every format."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overlap.harness.registry import load, names
from overlap.harness.report import pages
from overlap.harness.report.figures import count
from overlap.harness.report.pages import CHARTS, FORMATS
from overlap.harness.report.section import Report, Section
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_files import Run, read

if TYPE_CHECKING:
    from rich.console import Console

SECTIONS = "overlap.harness.report.sections"
EXPORTS = "overlap.harness.report.exports"
_TIME = re.compile(r"^\d{4}-\d\d-\d\d[T_ ][\d-]+-")


def sections(summary: Summary) -> tuple[Section, ...]:
    """Build every section of the registry, in their order; a section without content is left out."""
    modules = sorted((load(SECTIONS, name) for name in names(SECTIONS)), key=lambda module: int(module.ORDER))
    return tuple(section for module in modules if (section := module.section(summary)))


def compose(summary: Summary, *, draw: bool = True) -> Report:
    """Put the report together; without *draw* it has no drawings and costs no matplotlib."""
    report = Report(_title(summary.run), _facts(summary), sections(summary), {})
    return pages.drawn(report) if draw else report


def write(run: Run | Path, formats: Iterable[str] | None = None, console: "Console | None" = None) -> list[Path]:
    """
    Make the report of *run*, or of the run in that folder, from its files alone; return the files written.

    *formats* are names of `report.formats` and `report.exports`; without them, those marked as
    default. With a *console*, the same report is shown there. Raises `store.Unreadable` if there is no run,
    LookupError for an unknown format or one that cannot be made here, OSError where it cannot be written.
    Nothing is written unless everything could be made, and each file is replaced in one step.
    """
    forms, data = _chosen(formats)
    run = read(run) if isinstance(run, Path) else run
    summary, folder = summarise(run), run.folder
    draws = any(page.DRAWS for page in forms)
    report = compose(summary, draw=draws)
    contents = {name: content for export in data for name, content in export.files(summary).items()}
    contents |= pages.files(report, forms)
    if draws:
        _clear_charts(folder / CHARTS, report)
    pages.keep(contents, folder)
    if console:
        pages.show(report, console)
    return [folder / name for name in contents]


def tell(folder: Path, console: "Console") -> None:
    """Show the run in *folder* on a terminal; raises `store.Unreadable` where there is none."""
    pages.show(compose(summarise(read(folder)), draw=False), console)


def kinds() -> list[str]:
    """Name everything a report of a run can be written as; what is made of verdicts is for commands that judge."""
    return sorted({*(name for name in names(FORMATS) if not load(FORMATS, name).JUDGED), *names(EXPORTS)})


def check(formats: Iterable[str]) -> None:
    """Raise LookupError, as `write` does, for an unknown format or one that cannot be made here."""
    _chosen(formats)


def _chosen(wanted: Iterable[str] | None) -> tuple[list[Any], list[Any]]:
    """Load the formats and the exports that are named, or the default ones if none is."""
    exports = names(EXPORTS)
    if wanted is None:
        return pages.defaults(), [export for export in (load(EXPORTS, name) for name in exports) if export.DEFAULT]
    formats = list(wanted)
    if unknown := [name for name in formats if name not in kinds() and "." not in name]:
        judged = "is made of verdicts, which overlap gate gives; of a run" if unknown[0] in names(FORMATS) else ""
        reason = f"{unknown[0]} {judged}" if judged else f"no format {unknown[0]!r};"
        raise LookupError(f"{reason} there are: {', '.join(kinds())}")
    data = [load(EXPORTS, name) for name in formats if name in exports]
    return [load(FORMATS, name) for name in formats if name not in exports], data


def _clear_charts(folder: Path, report: Report) -> None:
    """Leave no chart of an older report behind: it would look as if it belonged to this one."""
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.svg"):
        if path.stem not in report.drawings:
            path.unlink()


def _title(run: Run) -> str:
    """Return the run's name without its time, which stands beside it."""
    return f"Overlap: {_TIME.sub('', run.about.name or run.name) or run.name}"


KILLED = "killed: this is what was measured until then"


def _ending(run: Run) -> str:
    """Return how the run ended, if it did not end as planned."""
    state, reason = run.about.state, run.about.reason
    if state in (None, "finished"):
        return ""
    if state == "running":
        return f"{state}: this is what was measured until now" if run.going else KILLED
    return f"{state}: {reason}" if reason else f"{state}: this is what was measured until then"


def _short(run: Run) -> str:
    """Return how many rounds the time limit did not allow, in words."""
    cut = run.about.cut_short
    return f"{cut.rounds} fewer than asked, the time was up" if cut and cut.rounds is not None else ""


def _rounds(summary: Summary) -> str:
    """Say how many rounds the cells have, the fewest and the most if these differ."""
    rounds = sorted({each.rounds for each in summary.cells}) or [0]
    most = count(rounds[-1], "round")
    return f"{rounds[0]:,} to {most}" if len(rounds) > 1 else most


def _facts(summary: Summary) -> tuple[str, ...]:
    run = summary.run
    calls = sum(each.calls for each in summary.cells)
    failed = sum(each.errors for each in summary.cells)
    # Rounds that broke off are no part of any cell's figures, but a call that failed in one did fail.
    broken = sum(1 for call in run.calls if call.failed and not call.warmup) - failed
    doubted = sum(1 for each in summary.cells if each.doubts)
    if run.about.search:
        return tuple(fact for fact in ((run.about.time or "").replace("T", " "), _ending(run)) if fact)
    return tuple(
        fact
        for fact in (
            (run.about.time or "").replace("T", " "),
            _ending(run),
            count(len(summary.cells), "cell"),
            _rounds(summary),
            _short(run),
            count(calls, "call"),
            f"{failed:,} failed" if failed else "no call failed" if calls and not broken else "",
            f"{broken:,} more failed in rounds that broke off" if broken else "",
            f"{count(doubted, 'cell')} with doubts" if doubted else "",
        )
        if fact
    )
