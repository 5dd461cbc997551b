"""What went wrong, and how often."""

from collections import Counter

from overlap.harness.model.record import LEFT, STOPPED, UNTRIED
from overlap.harness.report.figures import count
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.stats.cells import Summary

ORDER = 90
# An error's text may be a whole page of HTML.
LONGEST = 240


def section(summary: Summary) -> Section | None:
    """Return a row for each cell and kind of error; None where nothing failed."""
    run = summary.run
    if run.about.search:
        return None  # a search tries rates that are too high, on purpose
    timed = [call for call in run.calls if not call.warmup]
    calls = Counter((call.cell, _short(call.error)) for call in run.calls if call.error)
    slots = Counter((slot.cell, _short(slot.error)) for slot in run.slots if slot.error)
    missing = Counter((str(slot.cell), _short(str(slot.reason))) for slot in run.about.missing or ())
    if not calls and not slots and not missing and not run.damaged:
        return None
    failed = sum(1 for call in timed if call.failed)
    words = [f"{failed:,} of {count(len(timed), 'call')} failed"]
    for error, what in ((STOPPED, "cut off by the end of the test"), (LEFT, "left by their users")):
        if number := sum(1 for call in timed if call.error == error):
            words.append(f"{count(number, 'call')} {'was' if number == 1 else 'were'} {what}")
    if warm := sum(1 for call in run.calls if call.error and call.warmup):
        words.append(f"{count(warm, 'warm-up call')} failed")
    if slots:
        words.append(f"{count(slots.total(), 'slot')} left out")
    if missing:
        untried = sum(number for (_, reason), number in missing.items() if reason == UNTRIED)
        words.append(f"{count(missing.total() - untried, 'slot')} gave nothing")
        if untried:
            words.append(f"{count(untried, 'slot')} {'was' if untried == 1 else 'were'} not tried after that")
    if run.damaged:
        words.append(f"{count(run.damaged, 'line')} of the run's files could not be read and is left out")
    kinds = (("call", calls), ("slot", slots), ("slot", missing))
    rows = [(*key, what, n) for what, counts in kinds for key, n in counts.most_common()]
    table = Table(
        (
            TableColumn("cell"),
            TableColumn("what failed"),
            TableColumn("error"),
            TableColumn("times", numeric=True),
        ),
        tuple(
            (Datum(cell, sort=cell), Datum(what, sort=what), Datum(error, sort=error), Datum(f"{n:,}", sort=n))
            for cell, error, what, n in rows
        ),
    )
    return Section("Errors", "; ".join(words) + ".", table if rows else None, glance="whole")


def _short(error: str | None) -> str:
    text = " ".join((error or "").split())
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
