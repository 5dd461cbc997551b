"""summary.csv, a row for each cell and metric, and calls.csv, a row for each call; for a spreadsheet."""

from overlap.harness.report import dataframes
from overlap.harness.stats.cells import Summary

DEFAULT = False


def files(summary: Summary) -> dict[str, bytes]:
    """Return the files by their names; what is unknown is empty."""
    return {
        "summary.csv": dataframes.cells(summary).to_csv(index=False).encode(),
        "calls.csv": dataframes.calls(summary.run).to_csv(index=False).encode(),
    }
