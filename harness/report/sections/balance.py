"""Do the books balance: were all calls made, recorded and seen by the server."""

from typing import Any

from harness.report.section import Column, Datum, Section, Table
from harness.stats.summary import Summary

ORDER = 110
MEANINGS = {
    "made": "calls the strategies were handed",
    "recorded": "calls on file",
    "joined": "calls of which the server's journal knows",
    "entries": "requests in the server's journal",
    "unjoined": "requests in the journal that belong to no call",
    "dropped": "requests the journal had no room for",
}


def section(summary: Summary) -> Section | None:
    """Answer what run.json says of the balance; None where it says nothing."""
    balance = summary.run.about.get("balance")
    if not isinstance(balance, dict) or not balance:
        return None
    table = Table(
        (Column("count"), Column("number", numeric=True), Column("meaning")),
        tuple(
            (Datum(str(name)), _number(value), Datum(MEANINGS.get(str(name), "")))
            for name, value in balance.items()
        ),
    )
    return Section("The balance of the books", _lead(balance), table, glance=False)


def _number(value: Any) -> Datum:
    whole = isinstance(value, int)
    return Datum(f"{value:,}" if whole else str(value), sort=value if whole else None)


def _lead(balance: dict[str, Any]) -> str:
    made, recorded, joined = (balance.get(name) for name in ("made", "recorded", "joined"))
    lost = {name: balance[name] for name in ("unjoined", "dropped") if balance.get(name)}
    if made is None or recorded is None:
        return "The run does not say whether its books balance."
    if joined is None:
        said = f"{made:,} calls made, {recorded:,} recorded; the server kept no journal"
        return f"{said}." if made == recorded else f"The books do not balance: {said}."
    said = f"{made:,} calls made, {recorded:,} recorded, {joined:,} joined with the server's journal"
    if made == recorded == joined and not lost:
        return f"The books balance: {said}."
    more = "".join(f", {value:,} {name}" for name, value in lost.items())
    return f"The books do not balance: {said}{more}."
