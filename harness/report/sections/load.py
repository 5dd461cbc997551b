"""What load there was, what became of the calls, and whether the limits on them were kept."""

from typing import Any

from overlap.harness.report.figures import count
from overlap.harness.report.section import Column, Datum, Section, Table
from overlap.harness.stats.cells import Summary

ORDER = 8


def section(summary: Summary) -> Section | None:
    """Return what run.json says of a load run; None for a run of another kind, and for one of an older Overlap."""
    load = summary.run.about.get("load")
    if not isinstance(load, dict) or not isinstance(load.get("calls"), int):
        return None
    verdict = load.get("slo")
    slo: dict[str, Any] = verdict if isinstance(verdict, dict) else {}
    sentences = [
        _calls(load),
        f"{slo['said']}." if slo.get("said") else "",
        f"{load['limits']}." if isinstance(load.get("limits"), str) else "",
        *(f"{str(note).rstrip('.')}." for key in ("notes", "remarks") for note in load.get(key) or ()),
    ]
    lead = " ".join(sentence[:1].upper() + sentence[1:] for sentence in sentences if sentence)
    return Section("The load", lead, _endpoints(slo.get("endpoints")), glance="whole")


def _calls(load: dict[str, Any]) -> str:
    """Say how many calls were due, sent, answered, and what became of the others."""
    due, sent = load.get("due"), load.get("sent")
    if isinstance(due, int) and isinstance(sent, int):
        begun = f"{count(due, 'call')} {_were(due)} due, {sent:,} {_were(sent)} sent"
    else:
        begun = f"{count(load['calls'], 'call')} {_were(load['calls'])} made"
    words = {"failed": "failed", "left": "left by their users", "cut": "cut off by the end of the test"}
    if isinstance(due, int):
        words["failed"] = "failed or were never sent"
    others = [
        f"{load[key]:,} {said}" for key, said in words.items() if isinstance(load.get(key), int) and load[key]
    ]
    return f"{begun}{': ' if others else ''}{', '.join(others)}."


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _endpoints(rows: object) -> Table | None:
    """Return the verdict on each endpoint; None where there is only one, or no limit."""
    known = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if not known:
        return None
    columns = (
        Column("endpoint"),
        Column("limits"),
        Column("calls", numeric=True),
        Column("within them", "%", numeric=True),
    )
    return Table(
        columns,
        tuple(
            (
                Datum(str(row.get("endpoint")), sort=str(row.get("endpoint"))),
                Datum("met" if row.get("met") else "missed"),
                Datum(f"{row['calls']:,}", sort=row["calls"]),
                Datum(f"{100 * row['kept'] / row['calls']:.1f}", sort=row["kept"] / row["calls"]),
            )
            for row in known
            if isinstance(row.get("calls"), int) and isinstance(row.get("kept"), int) and row["calls"]
        ),
    )
