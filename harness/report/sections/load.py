"""What load there was, what became of the calls, and whether the limits on them were kept."""

from collections.abc import Sequence

from overlap.harness.report.figures import count
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.stats.cells import Summary
from overlap.harness.store.run_about import EndpointVerdict, LoadNotes, LoadVerdict

ORDER = 8


def section(summary: Summary) -> Section | None:
    """Return what run.json says of a load run; None for a run of another kind, and for one of an older Overlap."""
    load = summary.run.about.load
    if load is None or load.calls is None:
        return None
    slo = load.slo or LoadVerdict()
    sentences = [
        _calls(load, load.calls),
        f"{slo.said}." if slo.said else "",
        f"{load.limits}." if load.limits is not None else "",
        *(f"{str(note).rstrip('.')}." for note in (*(load.notes or ()), *(load.remarks or ()))),
    ]
    lead = " ".join(sentence[:1].upper() + sentence[1:] for sentence in sentences if sentence)
    return Section("The load", lead, _endpoints(slo.endpoints or ()), glance="whole")


def _calls(load: LoadNotes, total: int) -> str:
    """Say how many calls were due, sent, answered, and what became of the others."""
    if load.due is not None and load.sent is not None:
        begun = f"{count(load.due, 'call')} {_were(load.due)} due, {load.sent:,} {_were(load.sent)} sent"
    else:
        begun = f"{count(total, 'call')} {_were(total)} made"
    numbers = {
        "failed" if load.due is None else "failed or were never sent": load.failed,
        "left by their users": load.left,
        "cut off by the end of the test": load.cut,
    }
    others = [f"{number:,} {words}" for words, number in numbers.items() if number]
    return f"{begun}{': ' if others else ''}{', '.join(others)}."


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


def _endpoints(verdicts: Sequence[EndpointVerdict]) -> Table | None:
    """Return the verdict on each endpoint; None where there is only one, or no limit."""
    if not verdicts:
        return None
    columns = (
        TableColumn("endpoint"),
        TableColumn("limits"),
        TableColumn("calls", numeric=True),
        TableColumn("within them", "%", numeric=True),
    )
    return Table(
        columns,
        tuple(
            (
                Datum(str(each.endpoint), sort=str(each.endpoint)),
                Datum("met" if each.met else "missed"),
                Datum(f"{each.calls:,}", sort=each.calls),
                Datum(f"{100 * each.kept / each.calls:.1f}", sort=each.kept / each.calls),
            )
            for each in verdicts
            if each.calls and each.kept is not None
        ),
    )
