"""
JUnit XML, which GitLab, Jenkins and most dashboards read: a test case a series, and one for the run as a whole.

Regressed is a failure, inconclusive is skipped, invalid is an error. The run's own case fails as an error where
nothing was judged, so that an empty run is never a green one.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from overlap.harness.gate import view
from overlap.harness.gate.apart import told_apart
from overlap.harness.gate.meaning import meaning
from overlap.harness.gate.naming import shown
from overlap.harness.gate.record import Judged, Outcome
from overlap.harness.gate.sanitize import clean

FILE = "gate-junit.xml"
NAME = "regression gate"


def files(outcome: Outcome) -> dict[str, str]:
    """Answer the one file."""
    outcome = told_apart(outcome)
    blamed = set(map(id, view.blamed(outcome)))
    ordered = view.worst_first(outcome)
    names = shown([each.series for each in ordered])
    cases = [
        _run(outcome),
        *(_case(each, name, id(each) in blamed) for each, name in zip(ordered, names, strict=True)),
    ]
    cases += [_nothing(sentence) for sentence in view.missing(outcome)]
    suite = ET.Element("testsuite", {"name": NAME, **_counts(cases), **_skipped(cases), **_when(outcome)})
    suite.extend(cases)
    # Jenkins' schema has no count of skipped cases here.
    suites = ET.Element("testsuites", {"name": NAME, **_counts(cases)})
    suites.append(suite)
    ET.indent(suites)
    return {FILE: f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'}


def _counts(cases: Sequence[ET.Element]) -> dict[str, str]:
    found = [child.tag for case in cases for child in case]
    counts = {"failures": found.count("failure"), "errors": found.count("error")}
    return {"tests": str(len(cases))} | {kind: str(number) for kind, number in counts.items()}


def _skipped(cases: Sequence[ET.Element]) -> dict[str, str]:
    return {"skipped": str(sum(case.find("skipped") is not None for case in cases))}


def _when(outcome: Outcome) -> dict[str, str]:
    took = {"time": f"{outcome.run.took or 0:.1f}"}
    # A schema wants a date without a zone.
    return took | ({"timestamp": clean(outcome.run.time)[:19]} if outcome.run.time else {})


def _run(outcome: Outcome) -> ET.Element:
    case = ET.Element("testcase", classname="gate", name="run", time=f"{outcome.run.took or 0:.1f}")
    why = view.answer(outcome)
    if outcome.verdict == "invalid":
        ET.SubElement(case, "error", type="invalid", message=why)
    elif outcome.verdict == "inconclusive":
        ET.SubElement(case, "skipped", message=why)
    elif outcome.verdict == "regressed" and not view.blamed(outcome):
        ET.SubElement(case, "failure", type="regression", message=why)
    said = [why, view.tally(outcome), meaning(outcome), view.installed(outcome)]
    said += [*outcome.doubts, *view.disturbed(outcome)]
    ET.SubElement(case, "system-out").text = "\n".join(clean(words, 1000) for words in said if words)
    return case


def _case(judged: Judged, named: tuple[str, str], blamed: bool) -> ET.Element:  # noqa: FBT001  whether it is to blame is what it is about
    cell, metric = named
    case = ET.Element("testcase", classname=cell, name=metric, time="0")
    told = view.told(judged)
    if blamed:
        ET.SubElement(case, "failure", type="regression", message=told)
    elif judged.verdict == "inconclusive":
        ET.SubElement(case, "skipped", message=told)
    elif judged.verdict == "invalid":
        ET.SubElement(case, "error", type="invalid", message=told)
    else:
        ET.SubElement(case, "system-out").text = told
    return case


def _nothing(sentence: str) -> ET.Element:
    case = ET.Element("testcase", classname="gate missing", name=sentence, time="0")
    ET.SubElement(case, "error", type="missing", message=sentence)
    return case
