"""
Check what Overlap prints against truth that is known: `make proof`, or `python -m overlap.harness.proof [NAME…]`.

Each file in `harness/proof/checks/` is one check. Checks run side by side, one process for each core. Exit code 1
means that at least one line was not kept.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from overlap.harness import registry
from overlap.harness.host.environment import cores
from overlap.harness.proof.row import ProofRow, markdown
from overlap.harness.proof.running import CHECKS, groups_of


def _table(title: str, rows: Sequence[ProofRow], seconds: float) -> Table:
    table = Table(title=f"{title} ({seconds:.0f} s)", title_justify="left", expand=True)
    for column in ("figure or sentence", "planted", "expected", "came out", "kept"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(row.figure, row.planted, row.expected, row.measured, "yes" if row.kept else "[red]NO[/red]")
    return table


def main(argv: Sequence[str] | None = None) -> int:
    """Run the checks that *argv* names (all if none), print their tables, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m overlap.harness.proof", description=(__doc__ or "").strip())
    parser.add_argument("names", nargs="*", metavar="NAME", help="a check; all of them if none is named")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the table as Markdown to FILE")
    options = parser.parse_args(argv)
    there = registry.names(CHECKS)
    if unknown := [name for name in options.names if name not in there]:
        parser.error(f"no check {', '.join(unknown)}; there are: {', '.join(there)}")
    console, groups = Console(width=None if sys.stdout.isatty() else 160), []
    for title, rows, seconds in groups_of(options.names or there, len(cores())):
        console.print(_table(title, rows, seconds))
        groups.append((title, rows))
    if options.write:
        options.write.write_text(markdown(groups), encoding="utf-8")
    missed = [row for _, rows in groups for row in rows if not row.kept]
    console.print(f"{sum(len(rows) for _, rows in groups)} lines, {len(missed)} not kept")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
