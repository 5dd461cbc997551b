"""JSON for programs: the verdict, why, and every check it is made of, in the words that people read."""

import json
from dataclasses import asdict

from overlap.harness.report.section import Report

FILE = "report-checks.json"
DEFAULT = False
DRAWS = False
JUDGED = True


def render(report: Report) -> bytes:
    """Return the whole file; raises LookupError for a report in which nothing was judged."""
    if report.verdict is None:
        raise LookupError("checks are made of verdicts, and this report has none")
    content = asdict(report.verdict) | {"facts": report.facts}
    return f"{json.dumps(content, indent=1)}\n".encode()
