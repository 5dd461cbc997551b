"""Do the books balance: were all calls made, recorded and seen by the server."""

from harness.report.section import Column, Datum, Section, Table
from harness.stats.cells import Summary

ORDER = 110
MEANINGS = {
    "made": "calls the strategies were handed, warm-up included",
    "recorded": "calls on file, warm-up included",
    "joined": "calls of which the server's journal knows",
    "unsent": "calls that failed before the server saw anything of them",
    "untold": "calls whose requests, if any, cannot be told: several were in flight, and none carried a tag",
    "entries": "requests in the server's journal",
    "unjoined": "requests in the journal that belong to no call",
    "dropped": "requests the journal had no room for",
    "missing": "slots that never answered",
}


def section(summary: Summary) -> Section | None:
    """Answer what run.json says of the balance; None where it says nothing."""
    balance = summary.run.about.get("balance")
    if not isinstance(balance, dict):
        return None
    counts = {name: n for name, n in balance.items() if isinstance(n, int) and not isinstance(n, bool)}
    if not counts:
        return None
    table = Table(
        (Column("count"), Column("number", numeric=True), Column("meaning")),
        tuple(
            (Datum(str(name)), Datum(f"{n:,}", sort=n), Datum(MEANINGS.get(str(name), "")))
            for name, n in counts.items()
        ),
    )
    faults = [str(fault) for fault in balance.get("faults") or ()]
    return Section("The balance of the books", _lead(counts, faults, balance.get("journal")), table, glance="lead")


def _lead(counts: dict[str, int], faults: list[str], journal: object) -> str:
    made, recorded, joined = (counts.get(name) for name in ("made", "recorded", "joined"))
    if faults:
        return f"The books do not balance: {'; '.join(faults)}."
    if made is None or recorded is None:
        return "The run does not say whether its books balance."
    said = f"{made:,} calls made, {recorded:,} recorded"
    if journal is False or joined is None:
        said += "; the server kept no journal"
    else:
        said += f", {joined:,} joined with the server's journal"
    balanced = made == recorded and (
        journal is False or joined in (None, recorded - counts.get("unsent", 0) - counts.get("untold", 0))
    )
    balanced = balanced and not any(counts.get(name) for name in ("unjoined", "dropped", "missing"))
    return f"The books {'balance' if balanced else 'do not balance'}: {said}."
