"""Every export has the figures that the report shows."""

import re
from collections.abc import Callable, Iterator
from csv import DictReader
from dataclasses import replace
from html import unescape
from importlib.util import find_spec
from io import BytesIO, StringIO
from math import isclose, isnan

import orjson

from overlap.harness.proof.planted import Planted, cells
from overlap.harness.proof.row import ProofRow
from overlap.harness.registry import load
from overlap.harness.report.build import EXPORTS, compose
from overlap.harness.report.pages import FORMATS
from overlap.harness.report.section import Report, Table
from overlap.harness.stats.cells import Summary

Figures = dict[tuple[str, str], tuple[float, float | None, float | None]]
STRATEGIES = ("ainvoke", "gather", "batch")
TAG = re.compile(r"<[^>]+>")


def rows() -> Iterator[ProofRow]:
    """Yield a row for each kind of run and each file that holds its figures."""
    all_cells = cells(*STRATEGIES)
    equal = dict.fromkeys(all_cells, 100.0)
    kinds = {
        "one cell failed as a whole": Planted(equal, fails=lambda call: call.cell == all_cells[0].id),
        "a third of one cell's calls failed": Planted(
            equal, fails=lambda call: call.cell == all_cells[1].id and not call.index % 3
        ),
        "calls handed over together": Planted(equal, together=frozenset(all_cells[2:])),
        "one round": Planted(equal, rounds=1),
        "one cell without a round": Planted(equal, absent=frozenset(all_cells[:1])),
    }
    for planted, run in kinds.items():
        yield from _of(planted, run.summary)


def _of(planted: str, summary: Summary) -> Iterator[ProofRow]:
    report = compose(summary, draw=False)
    # Their rows do not depend on drawings, which take most of the time.
    report = replace(report, drawings={chart.name: "" for chart in report.charts()})
    pages = {"report.html": _html(report), "report.md": _markdown(report)}
    expected = _known(summary)
    for name, figures in pages.items():
        wanted = [_texts(table) for table in _tables(report)]
        kept = all(row in figures for rows in wanted for row in rows)
        yield _row(name, planted, "every row of the answers' tables, as it is", kept=kept)
    yield _row(
        "tables",
        planted,
        "each entry is the metric of its cell",
        kept=all(_entries_agree(table, summary) for table in _tables(report)),
    )
    readers: dict[str, Callable[[], Figures]] = {
        "summary.json": lambda: _json(summary),
        "summary.csv": lambda: _csv(summary),
    }
    if find_spec("pyarrow"):
        readers["summary.parquet"] = lambda: _parquet(summary)
    for name, read in readers.items():
        yield _row(name, planted, f"{len(expected)} figures, to the last digit", kept=_same(read(), expected))


def _row(name: str, planted: str, expected: str, *, kept: bool) -> ProofRow:
    return ProofRow(name, planted, expected, "the same" if kept else "something else", kept)


def _tables(report: Report) -> list[Table]:
    """Return the tables of the answers, which every format shows."""
    answers = next(section for section in report.sections if section.title == "Questions and answers")
    return [part.table for part in answers.parts if part.table]


def _texts(table: Table) -> list[tuple[str, ...]]:
    return [tuple(datum.whole for datum in row) for row in table.rows]


def _html(report: Report) -> set[tuple[str, ...]]:
    """Return the rows of every table of the page, as a reader sees them."""
    page = load(FORMATS, "html").render(report).decode()
    figures = set()
    for row in re.findall(r"<tr>(.*?)</tr>", page):
        entries = re.findall(r"<td[^>]*>(.*?)</td>", row)
        cut = [re.sub(r' <span class="i">(.*?)</span>', r" (\1)", entry) for entry in entries]
        figures.add(tuple(unescape(TAG.sub("", entry)) for entry in cut))
    return figures


def _markdown(report: Report) -> set[tuple[str, ...]]:
    text = load(FORMATS, "markdown").render(report).decode()
    lines = [line[2:-2] for line in text.splitlines() if line.startswith("| ")]
    return {tuple(unescape(re.sub(r"\\(.)", r"\1", entry)) for entry in line.split(" | ")) for line in lines}


def _entries_agree(table: Table, summary: Summary) -> bool:
    """Say whether the total times of *table*, in its own unit, are those of the summary."""
    heads = [column.name for column in table.columns]
    if "total time" not in heads:
        return all("makespan" not in each.metrics for each in summary.cells)
    place, unit = heads.index("total time"), table.columns[heads.index("total time")].unit
    by = {"ms": 1e6, "s": 1e9}[unit]
    for row, each in zip(table.rows, summary.cells, strict=True):
        estimate, entry = each.metrics.get("makespan"), row[place].sort
        if (estimate is None) != (entry is None):
            return False
        if estimate is not None and not isclose(estimate.value / by, float(entry or 0)):
            return False
    return True


def _known(summary: Summary) -> Figures:
    return {
        (each.cell.id, name): (one.value, one.low, one.high)
        for each in summary.cells
        for name, one in each.metrics.items()
    }


def _json(summary: Summary) -> Figures:
    document = orjson.loads(load(EXPORTS, "json").files(summary)["summary.json"])
    return {
        (cell["id"], name): (one["value"], one["low"], one["high"])
        for cell in document["cells"]
        for name, one in cell["metrics"].items()
    }


def _csv(summary: Summary) -> Figures:
    text = load(EXPORTS, "csv").files(summary)["summary.csv"].decode()
    return {
        (row["cell"], row["metric"]): (float(row["value"]), _float(row["low"]), _float(row["high"]))
        for row in DictReader(StringIO(text))
    }


def _float(text: str) -> float | None:
    return float(text) if text else None


def _parquet(summary: Summary) -> Figures:
    from pandas import read_parquet

    frame = read_parquet(BytesIO(load(EXPORTS, "parquet").files(summary)["summary.parquet"]))
    ends = ([None if isnan(end) else float(end) for end in frame[name]] for name in ("low", "high"))
    values = (float(value) for value in frame["value"])
    keys = zip(map(str, frame["cell"]), map(str, frame["metric"]), strict=True)
    return dict(zip(keys, zip(values, *ends, strict=True), strict=True))


def _same(printed: Figures, expected: Figures) -> bool:
    """Say whether both have the same figures; None, which is unknown, is no number."""
    return printed.keys() == expected.keys() and all(
        (one is None and other is None)
        or (one is not None and other is not None and isclose(one, other, rel_tol=1e-12))
        for key in expected
        for one, other in zip(printed[key], expected[key], strict=True)
    )
