"""summary.parquet and calls.parquet: the same rows as csv, typed, for pandas, DuckDB or Polars; needs pyarrow."""

from importlib.util import find_spec
from io import BytesIO

from overlap.harness.report import dataframes
from overlap.harness.stats.cells import Summary

DEFAULT = False


def files(summary: Summary) -> dict[str, bytes]:
    """Return the files by their names; raises LookupError where pyarrow is not installed."""
    if find_spec("pyarrow") is None:
        raise LookupError("parquet needs the package pyarrow, which is not installed; csv needs nothing more")
    contents: dict[str, bytes] = {}
    for name, frame in (("summary", dataframes.cells(summary)), ("calls", dataframes.calls(summary.run))):
        out = BytesIO()
        frame.to_parquet(out, index=False)
        contents[f"{name}.parquet"] = out.getvalue()
    return contents
