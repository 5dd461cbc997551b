"""The report of a diagnosis: the answer, what is in the way, what is worth choosing, and what buys nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

from overlap.harness.application.spec import display_names
from overlap.harness.diagnose.phrases import Cause, ends, gain, nothing
from overlap.harness.diagnose.run import Measurements
from overlap.harness.diagnose.verdict import Diagnosis, diagnosis, to_json
from overlap.harness.host.environment import circumstances
from overlap.harness.report import pages
from overlap.harness.report.figures import UNKNOWN, count
from overlap.harness.report.section import Datum, Report, Section, Table, TableColumn
from overlap.harness.store.run_files import replace, room

if TYPE_CHECKING:
    pass

FILE = "diagnosis.json"


def write(folder: Path, made: Measurements, time: str) -> tuple[Diagnosis, Report]:
    """
    Judge *made*, and write it with its report in every default format into *folder*.

    Raises OSError where there is no room for the report, `Unwritten` where there is none for what was measured.
    """
    found = keep(folder, made, time)
    report = compose(made, found, time)
    pages.write(report, folder)
    return found, report


def keep(folder: Path, made: Measurements, time: str) -> Diagnosis:
    """Put what was measured so far on file, and return what it comes to; raises `Unwritten`."""
    found = diagnosis(made)
    about = {"name": folder.name, "time": time, "environment": circumstances(made.asked.executor)}
    with room(folder):
        replace(folder / FILE, orjson.dumps(to_json(made, found, about), option=orjson.OPT_INDENT_2, default=str))
    return found


def compose(made: Measurements, found: Diagnosis, time: str) -> Report:
    """Put the report together."""
    asked = made.asked
    facts = (
        time,
        f"{count(len(made.rounds), 'round')} of {len(made.tried) + 1} slots, {count(asked.calls, 'call')} each",
        f"{made.seen.strategy}, {asked.concurrency} in flight",
        asked.profile,
    )
    state = () if found.state == "finished" else (found.state,)
    return Report(
        f"What to change in {display_names([asked.target])[asked.target]}",
        (*facts, *state),
        tuple(_sections(found)),
        {},
    )


def _sections(found: Diagnosis) -> Iterator[Section]:
    yield Section("Answer", found.answer, glance="lead")
    for kind, title, lead in (
        ("trap", "In the way", "Changed one at a time; the largest gain first."),
        ("tuning", "Worth choosing", "Nothing is wrong without these, and they are cheaper with them."),
        ("probe", "Where the time goes", "What is not yours to change in the code."),
    ):
        if own := [each for each in found.findings if each.kind == kind]:
            yield Section(
                title, lead, _table(own), glance="whole", note="; ".join(gain(each.effect) for each in own)
            )
    if besides := [each for each in found.symptoms if each not in found.answer]:
        yield Section("Seen besides", " ".join(besides), glance="lead")
    if found.nothing:
        yield Section("Buys nothing", nothing(found.nothing), glance="lead")
    if found.untried:
        said = "; ".join(f"{name}: {reason}" for name, reason in found.untried.items())
        yield Section("Nothing to change", f"{said}.", glance="lead")
    if faults := found.faults:
        yield Section("Missing", "; ".join(faults) + ".", glance="lead")


def _table(findings: Sequence[Cause]) -> Table:
    heads = (
        TableColumn("what", hint="what is in the way, or worth choosing"),
        TableColumn(
            "before → after", hint="the figure it is judged by: the median round, and that divided by the factor"
        ),
        TableColumn("times", hint="before / after; the intervals of one kind hold together 95 times in 100"),
        TableColumn("change"),
    )
    return Table(heads, tuple(_row(each) for each in findings))


def _row(finding: Cause) -> tuple[Datum, ...]:
    from overlap.harness.diagnose.figures import HEADLINES

    span, factor = ends(finding.effect)
    label = HEADLINES[finding.effect.headline].label
    return (
        Datum(finding.title, sort=finding.title),
        Datum(f"{label} {span}"),
        Datum(factor or UNKNOWN, sort=finding.effect.times),
        Datum(finding.advice, sort=finding.advice),
    )
