"""Two or more runs side by side: the first against each of the others, in the same formats as one run."""

from collections.abc import Collection, Sequence
from math import isinf
from pathlib import Path
from typing import TYPE_CHECKING

from overlap.harness.registry import load
from overlap.harness.report import pages
from overlap.harness.report.charts.forest import Forest, Ratio
from overlap.harness.report.figures import Scale, count, datum, listed, number, times
from overlap.harness.report.labels import formula, label
from overlap.harness.report.matrix import slug
from overlap.harness.report.section import Datum, Report, Section, Table, TableColumn
from overlap.harness.stats.estimate import Estimate
from overlap.harness.stats.ranking import differs, possible
from overlap.harness.stats.sidebyside import CAVEAT, CellPair, RunComparison, lay
from overlap.harness.store.run_files import Run, read

if TYPE_CHECKING:
    from rich.console import Console

METRICS = ("makespan", "throughput", "overlap", "cpu", "loop_lag.p99")
# A chart of more rows is not read; the table has them all.
MOST = 30


def compare(folders: Sequence[Run | Path], allow: Collection[str] = ()) -> Report:
    """
    Lay the run in the first folder beside each of the others; the report has no drawings yet.

    What is wrong with the files of a run, so that something in them does not count, is among the facts on top.

    Raises `store.Unreadable` for a folder that is no run, `stats.sidebyside.Incomparable`, which says why, where
    circumstances differ that *allow* does not name, and LookupError for fewer than two folders.
    """
    if len(folders) < 2:
        raise LookupError("it takes two runs to compare")
    runs = [read(each) if isinstance(each, Path) else each for each in folders]
    faults = [f"{run.name}: {fault}" for run in dict.fromkeys(runs) for fault in run.faults]
    laid = [lay(runs[0], other, allow) for other in runs[1:]]
    title = f"{runs[0].name} against {listed([run.name for run in runs[1:]])}"
    return Report(title, (CAVEAT, *faults), tuple(_section(each) for each in laid), {})


def tell(folders: Sequence[Run | Path], console: "Console", allow: Collection[str] = ()) -> None:
    """Show the comparison on a terminal; raises what `compare` raises."""
    pages.show(compare(folders, allow), console)


def render(folders: Sequence[Run | Path], kind: str = "html", allow: Collection[str] = ()) -> bytes:
    """Return the comparison in the format called *kind*, drawings and all; raises what `compare` raises."""
    page, report = load(pages.FORMATS, kind), compare(folders, allow)
    return bytes(page.render(pages.drawn(report) if page.DRAWS else report))


def _section(laid: RunComparison) -> Section:
    title = f"{laid.second.name} ÷ {laid.first.name}"
    parts = tuple(part for part in (_left_out(laid), _allowed(laid)) if part)
    if not laid.pairs:
        return Section(title, "The runs have no cell in common.", parts=parts, glance="whole")
    charts = tuple(chart for metric in ("throughput", "cpu") if (chart := _chart(laid, metric)))
    note = (
        "Ratios of the second run's figure to the first's, with 95 % intervals that hold for all cells of two "
        "metrics at once. Filled dots are differences: the interval excludes 1, and the ratio is off by over 3 %."
    )
    return Section(title, _lead(laid), _table(laid.pairs), charts, note, parts, "whole")


def _lead(laid: RunComparison) -> str:
    clauses: list[str] = []
    # A call that fails is soon done, and cheap: where there are any, neither run was better by that.
    failed = [pair for pair in laid.pairs if _failed(pair)]
    for metric in ("throughput", "cpu"):
        ratios = [
            (pair, pair.ratios[metric]) for pair in laid.pairs if metric in pair.ratios and not _failed(pair)
        ]
        moved = [(pair, ratio) for pair, ratio in ratios if differs(ratio)]
        if not ratios:
            continue
        if not moved:
            few = all(ratio.low is None for _, ratio in ratios)
            none_shown = f"no difference shown in {label(metric)}{_up_to(ratios)}"
            clauses.append(
                f"with so few rounds no difference in {label(metric)} can be told" if few else none_shown
            )
            continue
        pair, far = max(moved, key=lambda row: max(row[1].value, 1 / row[1].value))
        clauses.append(
            f"{label(metric)} differs in {len(moved)} of {len(ratios)}, most in {pair.cell.id}: {times(far)}"
        )
    left = f" Not in this, since calls failed: {listed([pair.cell.id for pair in failed])}." if failed else ""
    whole = "; ".join(clauses) or "none has comparable figures"
    return f"Of {count(len(laid.pairs), 'cell')} that both ran, {whole}.{left}"


def _failed(pair: CellPair) -> bool:
    """Say whether calls of the cell failed in either run."""
    return any(run["errors"].value > 0 for run in (pair.first, pair.second) if "errors" in run)


def _up_to(ratios: Sequence[tuple[CellPair, Estimate]]) -> str:
    """Write the largest difference that is still possible in any cell; empty where rounds are too few to say."""
    most = max(possible(ratio) for _, ratio in ratios)
    return "" if isinf(most) else f" (up to {number(most * 100)} % is possible)"


def _table(pairs: Sequence[CellPair]) -> Table:
    metrics = [metric for metric in METRICS if any(metric in pair.ratios for pair in pairs)]
    columns = (
        TableColumn("cell"),
        *(TableColumn(label(metric), "ratio", formula(metric), numeric=True) for metric in metrics),
    )
    body = tuple(
        (
            Datum(pair.cell.id, sort=pair.cell.id),
            *(datum(pair.ratios.get(metric), Scale(1, "")) for metric in metrics),
        )
        for pair in pairs
    )
    return Table(columns, body, "second run ÷ first run")


def _chart(laid: RunComparison, metric: str) -> Forest | None:
    ratios = [(pair.cell.id, pair.ratios[metric]) for pair in laid.pairs if metric in pair.ratios]
    far = sorted(ratios, key=lambda row: -max(row[1].value, 1 / row[1].value))[:MOST]
    if not far:
        return None
    some = f", the {MOST} cells that moved most" if len(ratios) > MOST else ""
    return Forest(
        f"compare-{slug(laid.second.name)}-{slug(metric)}",
        f"{label(metric)}: second run ÷ first run, with 95 % intervals{some}",
        tuple(Ratio(name, each.value, each.low, each.high, differs(each)) for name, each in far),
        "second lower",
        "second higher",
    )


def _left_out(laid: RunComparison) -> Section | None:
    reasons = (
        ("only in the first run", laid.only_first),
        ("only in the second run", laid.only_second),
        ("ran with another profile, other tokens or another number of calls", laid.changed),
    )
    rows = tuple((Datum(name, sort=name), Datum(why, sort=why)) for why, names in reasons for name in names)
    if not rows:
        return None
    table = Table((TableColumn("cell"), TableColumn("why it is not compared")), rows)
    return Section(
        "Not compared", f"{count(len(rows), 'cell')} of either run cannot be paired.", table, glance="lead"
    )


def _allowed(laid: RunComparison) -> Section | None:
    if not laid.allowed:
        return None
    rows = tuple((Datum(each.name, sort=each.name), Datum(str(each))) for each in laid.allowed)
    verb = "differs" if len(rows) == 1 else "differ"
    lead = f"{count(len(rows), 'circumstance')} {verb}, which was asked to be overlooked."
    table = Table((TableColumn("what"), TableColumn("how it differs")), rows)
    return Section("Differing circumstances", lead, table, glance="whole")
