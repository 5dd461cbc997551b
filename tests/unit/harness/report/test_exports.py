"""The numbers for other programs."""

import csv
import io
import json
from dataclasses import replace

from overlap.harness.model.record import Cell
from overlap.harness.report import dataframes
from overlap.harness.report.exports import csv as csv_export
from overlap.harness.report.exports import json as json_export
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_files import read

GOOD, BAD = (Cell("s", "chain", name, "asyncio", 4) for name in ("gather", "batch"))


def _summary(make_run):
    return summarise(read(make_run([GOOD, BAD], rounds=2, calls=3, failing=[BAD.id])))


def test_calls_csv_has_a_row_a_call(make_run):
    """Two cells, two rounds, three calls: twelve rows, each with its cell's fields and its times in ns."""
    summary = _summary(make_run)
    rows = list(csv.DictReader(io.StringIO(csv_export.files(summary)["calls.csv"].decode())))
    assert len(rows) == 12
    first = next(call for call in summary.run.calls if call.cell == GOOD.id)
    row = next(row for row in rows if row["cell"] == GOOD.id)
    assert (row["strategy"], row["concurrency"]) == ("gather", "4")
    assert int(row["e2e"]) == first.e2e
    assert int(row["send"]) + int(row["planned"]) + int(row["late"]) + int(row["receive"]) == first.e2e


def test_in_csv_the_unknown_is_empty_and_not_0(make_run):
    """A failed call has no latency and no tokens."""
    rows = csv.DictReader(io.StringIO(csv_export.files(_summary(make_run))["calls.csv"].decode()))
    [failed] = {(row["e2e"], row["ttft"], row["output_tokens"], row["due"]) for row in rows if row["error"]}
    assert failed == ("", "", "", "")


def test_summary_csv_says_the_same_as_the_summary(make_run):
    """A row a cell and metric, with interval, count, rounds and unit."""
    summary = _summary(make_run)
    rows = list(csv.DictReader(io.StringIO(csv_export.files(summary)["summary.csv"].decode())))
    assert len(rows) == sum(len(each.metrics) for each in summary.cells)
    row = next(row for row in rows if (row["cell"], row["metric"]) == (GOOD.id, "makespan"))
    estimate = summary.cells[0].metrics["makespan"]
    assert (float(row["value"]), row["unit"], int(row["rounds"])) == (estimate.value, "ns", 2)


def test_summary_json_can_be_read_by_anyone(make_run):
    """Plain JSON: no NaN, which is none."""

    def refuse(constant):
        raise AssertionError(constant)

    content = json_export.files(_summary(make_run))["summary.json"]
    assert json.loads(content, parse_constant=refuse)["cells"][0]["id"] == GOOD.id


def test_whole_numbers_stay_whole_where_some_are_unknown(make_run):
    """Nanoseconds of a monotonic clock do not fit a float's 53 bits for ever."""
    frame = dataframes.calls(_summary(make_run).run)
    assert str(frame["e2e"].dtype) == "Int64"
    assert frame["e2e"].isna().sum() == 6


def test_a_run_of_one_round_has_the_same_types_as_any_other(make_shared_run):
    """No interval is known, and its columns are numbers all the same: files of several runs fit together."""
    cell = Cell("s", "chain", "gather", "asyncio", 4)
    run = read(make_shared_run([cell]))
    alone = replace(run, slots=run.slots[:1], calls=tuple(call for call in run.calls if not call.round))
    one, many = (dataframes.cells(summarise(each)) for each in (alone, run))
    assert one["low"].isna().all()
    assert many["low"].notna().any()
    assert list(one.dtypes) == list(many.dtypes)
