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


def write(folder: Path, measurements: Measurements, time: str) -> tuple[Diagnosis, Report]:
    """
    Judge *measurements*, and write it with its report in every default format into *folder*.

    Raises OSError where there is no room for the report, `Unwritten` where there is none for what was measured.
    """
    diagnosed = keep(folder, measurements, time)
    report = compose(measurements, diagnosed, time)
    pages.write(report, folder)
    return diagnosed, report


def keep(folder: Path, measurements: Measurements, time: str) -> Diagnosis:
    """Put what was measured so far on file, and return what it comes to; raises `Unwritten`."""
    diagnosed = diagnosis(measurements)
    environment = {**circumstances(measurements.asked.executor), **measurements.installed}
    about = {"name": folder.name, "time": time, "environment": environment}
    with room(folder):
        replace(
            folder / FILE,
            orjson.dumps(to_json(measurements, diagnosed, about), option=orjson.OPT_INDENT_2, default=str),
        )
    return diagnosed


def compose(measurements: Measurements, diagnosed: Diagnosis, time: str) -> Report:
    """Put the report together."""
    request, rounds = measurements.asked, count(len(measurements.rounds), "round")
    facts = (
        time,
        f"{rounds} of {len(measurements.tried) + 1} slots, {count(request.calls, 'call')} each",
        f"{measurements.seen.strategy}, {request.concurrency} in flight",
        request.profile,
    )
    state = () if diagnosed.state == "finished" else (diagnosed.state,)
    return Report(
        f"What to change in {display_names([request.target])[request.target]}",
        (*facts, *state),
        tuple(_sections(diagnosed)),
        {},
    )


def _sections(diagnosed: Diagnosis) -> Iterator[Section]:
    yield Section("Answer", diagnosed.answer, glance="lead")
    for kind, title, lead in (
        ("trap", "In the way", "Changed one at a time; the largest gain first."),
        ("tuning", "Worth choosing", "Nothing is wrong without these, and they are cheaper with them."),
        ("probe", "Where the time goes", "What is not yours to change in the code."),
    ):
        if own := [each for each in diagnosed.findings if each.kind == kind]:
            yield Section(
                title, lead, _table(own), glance="whole", note="; ".join(gain(each.effect) for each in own)
            )
    if besides := [each for each in diagnosed.symptoms if each not in diagnosed.answer]:
        yield Section("Seen besides", " ".join(besides), glance="lead")
    if diagnosed.nothing:
        yield Section("Buys nothing", nothing(diagnosed.nothing), glance="lead")
    if diagnosed.untried:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in diagnosed.untried.items())
        yield Section("Nothing to change", f"{reasons}.", glance="lead")
    if faults := diagnosed.faults:
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
