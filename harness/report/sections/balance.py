"""Do the books balance: were all calls made, recorded and seen by the server, and are they on file."""

from overlap.harness.report.figures import count
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.stats.cells import Summary
from overlap.harness.store.audit import recount
from overlap.harness.store.books import Balance, BooksOnFile

ORDER = 110
MEANINGS = {
    "made": "calls the strategies were handed, warm-up included",
    "recorded": "calls on file, warm-up included",
    "joined": "calls of which the server's journal knows",
    "unsent": "calls that failed before the server saw anything of them",
    "untold": "calls of which no request is known: they made none, or several calls were in flight",
    "untagged": "requests of an own application that carried no tag of a call in flight",
    "entries": "requests in the server's journal",
    "unjoined": "requests in the journal that belong to no call",
    "dropped": "requests the journal had no room for",
    "missing": "slots that never answered",
}


UNSEALED = "The files carry no checksums (they are of format 1), so a changed byte in them may go unnoticed."


def section(summary: Summary) -> Section | None:
    """Return the books as the files on disk have them; None where the run kept none and nothing is wrong."""
    run = summary.run
    balance = run.about.balance
    if balance is None and not run.faults:
        return None
    books = recount(run.slots, run.calls)
    ended = run.about.state != "running"
    on_file = balance or BooksOnFile()
    if ended:
        # How many calls were asked for, and how many slots never answered, is in no other file.
        books.made = books.made if on_file.made is None else on_file.made
        books.missing = on_file.missing or 0
    counts = {
        name: number for name in MEANINGS if (number := getattr(books, name)) or getattr(on_file, name) is not None
    }
    table = Table(
        (TableColumn("count"), TableColumn("number", numeric=True), TableColumn("meaning")),
        tuple((Datum(name), Datum(f"{n:,}", sort=n), Datum(MEANINGS[name])) for name, n in counts.items()),
    )
    own = [str(fault) for fault in on_file.faults or ()] if ended else []
    faults = list(dict.fromkeys([*run.faults, *(books.faults if balance else ()), *own]))
    note = "Counted from the files; made and missing are what run.json says."
    return Section(
        "The balance of the books",
        _lead(books, faults, sum(1 for call in run.calls if call.warmup), None if ended else run.unended),
        table,
        note=note if run.sealed else f"{note} {UNSEALED}",
        glance="lead",
    )


def _lead(books: Balance, faults: list[str], warmup: int, unended: str | None) -> str:
    """Say how the books stand; *unended* says of a run that has not ended how far it came."""
    if faults:
        return f"The books do not balance: {'; '.join(faults)}."
    journal = (
        f", {books.joined:,} joined with the server's journal{_unjoined(books)}"
        if books.journal
        else "; the server kept no journal"
    )
    # Elsewhere in a report calls are counted without those that warm up.
    warm = f" ({warmup:,} of them to warm up)" if warmup else ""
    counts = f"{books.recorded:,} recorded{warm}{journal}"
    if unended:
        return f"{unended[0].upper()}{unended[1:]}. The books are not closed; on file are {counts}."
    return f"The books balance: {books.made:,} calls made, {counts}."


def _unjoined(books: Balance) -> str:
    """Say how many calls have no request that is known to be theirs; "" where all have one."""
    if not books.untold:
        return ""
    tags = (
        f"; in the whole run {count(books.untagged, 'request')} carried no tag of a call in flight"
        if books.untagged
        else ""
    )
    return f"; of {count(books.untold, 'call')} no request is known{tags}"
