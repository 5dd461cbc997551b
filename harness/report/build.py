"""From a run's folder to its report: reads the files, asks every section, draws, writes every format."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.registry import load, names
from harness.report.figures import count
from harness.report.section import Report, Section
from harness.stats.summary import Summary, summarise, to_json
from harness.store import Run, read, replace

if TYPE_CHECKING:
    from rich.console import Console

SECTIONS = "harness.report.sections"
FORMATS = "harness.report.formats"
CHARTS = "charts"


def sections(summary: Summary) -> tuple[Section, ...]:
    """Ask every section of the registry, in their order; those with nothing to say are absent."""
    modules = sorted((load(SECTIONS, name) for name in names(SECTIONS)), key=lambda module: int(module.ORDER))
    return tuple(section for module in modules if (section := module.section(summary)))


def compose(summary: Summary, *, draw: bool = True) -> Report:
    """Put the report together; without *draw* it has no drawings and costs no matplotlib."""
    made = Report(_title(summary.run), _facts(summary), sections(summary), {})
    if not draw:
        return made
    from harness.report.drawing import svg

    return Report(made.title, made.facts, made.sections, {chart.name: svg(chart) for chart in made.charts()})


def write(folder: Path, formats: Iterable[str] | None = None) -> list[Path]:
    """
    Make the report of the run in *folder* from its files alone, and answer the files written.

    Without *formats*, all that are marked as default. Raises `store.Unreadable` where there is no run, LookupError
    for an unknown format, OSError where it cannot be written. What was there is replaced file by file.
    """
    import orjson

    from harness.report.drawing import alone

    chosen = _formats(formats)
    summary = summarise(read(folder))
    report = compose(summary)
    files = {"summary.json": orjson.dumps(to_json(summary), option=orjson.OPT_INDENT_2)}
    files |= {f"{CHARTS}/{name}.svg": alone(drawn).encode() for name, drawn in report.drawings.items()}
    files |= {module.FILE: module.render(report) for module in chosen}
    (folder / CHARTS).mkdir(exist_ok=True)
    _remove_charts_of_before(folder / CHARTS, report)
    for name, content in files.items():
        replace(folder / name, content)
    return [folder / name for name in files]


def tell(folder: Path, console: "Console") -> None:
    """Show the run in *folder* on a terminal; raises `store.Unreadable` where there is none."""
    from harness.report.formats.terminal import show

    show(compose(summarise(read(folder)), draw=False), console)


def _formats(chosen: Iterable[str] | None) -> list[Any]:
    if chosen is not None:
        return [load(FORMATS, name) for name in chosen]
    return [module for name in names(FORMATS) if (module := load(FORMATS, name)).DEFAULT]


def _remove_charts_of_before(folder: Path, report: Report) -> None:
    """Leave no chart of an older report behind: it would look as if it belonged to this one."""
    for path in folder.glob("*.svg"):
        if path.stem not in report.drawings:
            path.unlink()


def _title(run: Run) -> str:
    return str(run.about.get("name") or run.name)


def _facts(summary: Summary) -> tuple[str, ...]:
    run = summary.run
    state = run.about.get("state")
    calls = sum(each.calls for each in summary.cells)
    failed = sum(each.errors for each in summary.cells)
    doubted = sum(1 for each in summary.cells if each.doubts)
    return tuple(
        fact
        for fact in (
            str(run.about["time"]) if run.about.get("time") else "",
            "" if state in (None, "finished") else f"{state}: what was measured until then",
            count(len(summary.cells), "cell"),
            count(max((each.rounds for each in summary.cells), default=0), "round"),
            count(calls, "call"),
            f"{failed:,} failed" if failed else "no call failed" if calls else "",
            f"{count(doubted, 'cell')} with doubts" if doubted else "",
        )
        if fact
    )
