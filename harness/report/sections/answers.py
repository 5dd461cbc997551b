"""What was asked, and what came out."""

from overlap.harness.host.secrets import line
from overlap.harness.registry import imported, load
from overlap.harness.report.figures import count, listed
from overlap.harness.report.headlines import fastest
from overlap.harness.report.matrix import panels, say, scenarios, varied
from overlap.harness.report.section import Section
from overlap.harness.report.tables import of_cells
from overlap.harness.stats.cells import CellSummary, Summary

ORDER = 10
SERVICE = "scenarios.service"
METRICS = (
    "makespan", "overlap", "throughput", "goodput", "e2e.p50", "e2e.p95", "e2e.p99", "ttft.p50", "itl.p50",
    "overhead.p50", "cpu",
)  # fmt: skip


def section(summary: Summary) -> Section | None:
    """Return one part a scenario: its question, its answer, its cells."""
    parts = [_part(summary, name, cells) for name, cells in scenarios(summary.cells)]
    if not parts:
        return None
    calls = sum(each.calls for each in summary.cells)
    rounds = sorted({each.rounds for each in summary.cells})
    several = f"{rounds[0]:,} to {count(rounds[-1], 'round')}" if len(rounds) > 1 else count(rounds[0], "round")
    lead = (
        f"{count(len(parts), 'question')} put to {count(len(summary.cells), 'cell')}, "
        f"answered by {count(calls, 'call')} in {several}."
    )
    note = (
        "In parentheses: 95 % intervals from resampling rounds, each of which draws its own latencies. A figure "
        "without one has fewer than three rounds behind it, which cannot say how far off it may be. An en dash is "
        "unknown, which is not 0."
    )
    return Section("Questions and answers", lead, parts=tuple(parts), note=note, glance="whole")


def _part(summary: Summary, name: str, cells: list[CellSummary]) -> Section:
    # What scenarios and their cells say is of closed loops: how soon all the work was done.
    opened = any(each.cell.arrivals for each in cells)
    own = None if opened else _answer(summary, name)
    lead = own or (_counted(cells) if opened else _plain(summary, name, cells))
    answer = " ".join(
        [lead, *(_failed(cells) if own else ()), *_unmeasured(cells), *summary.run.about.scenario(name).omissions]
    )
    shared = {each.cell.profile for each in cells if each.cell.profile}
    about = f"{name}, server profile {' | '.join(sorted(shared))}" if shared else name
    return Section(_question(summary, name), answer, of_cells(cells, METRICS, about), glance="whole")


def _failed(cells: list[CellSummary]) -> list[str]:
    """Name the cells in which calls failed: the scenario's own answer need not speak of them."""
    differ = varied(cells) or ("strategy",)
    names = [
        f"{each.errors:,} of {each.calls:,} ({say(each.cell, differ)})"
        for each in cells
        if each.errors and each.metrics
    ]
    return (
        [f"Calls failed, {listed(names)}: a time or a cost of these is not that of finished work."]
        if names
        else []
    )


def _unmeasured(cells: list[CellSummary]) -> list[str]:
    """Name the cells of which no round came to its end: whatever is said above is not about them."""
    names = [say(each.cell, varied(cells) or ("strategy",)) for each in cells if not each.metrics]
    return [f"No round was finished of: {listed(names)}."] if names else []


def _question(summary: Summary, name: str) -> str:
    question = summary.run.about.scenario(name).question
    return question.strip() if question else name


def _answer(summary: Summary, name: str) -> str | None:
    """Return the scenario's own answer; None if its module cannot be imported here, as a user's may not."""
    try:
        # The example service is asked under load only: it answers as a scenario does, and has no plan.
        module = imported(f"overlap.{name}") if name == SERVICE else load("overlap.scenarios", name)
        answer = getattr(module, "answer", None)
        return str(text) if answer and (text := answer(summary)) else None
    except (LookupError, ImportError):
        return None
    except Exception as wrong:  # noqa: BLE001  # a user's code: its error must not prevent the report
        return line(f"The scenario's own answer failed with {type(wrong).__name__}: {wrong}.")


def _plain(summary: Summary, name: str, cells: list[CellSummary]) -> str:
    own = [panel for panel in panels(cells) if panel.scenario == name]
    headline = fastest(summary, own[-1]) if own else None
    return headline or _counted(cells)


def _counted(cells: list[CellSummary]) -> str:
    calls, failed = sum(each.calls for each in cells), sum(each.errors for each in cells)
    return f"{count(calls, 'call')} in {count(len(cells), 'cell')}, of which {failed:,} failed."
