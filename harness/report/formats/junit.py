"""
JUnit XML, which GitLab, Jenkins and most dashboards read: a test case a check, and one for the verdict as a whole.

What is bad is a failure, what is undecided is skipped, what is invalid is an error. The case of the whole fails
where none of the checks does, so that a run in which nothing was judged is never a green one.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from overlap.harness.report.section import Report
from overlap.harness.report.verdict import SIGNS, Check, WholeVerdict
from overlap.harness.text.one_line import one_line

FILE = "report-junit.xml"
DEFAULT = False
DRAWS = False
JUDGED = True


def render(report: Report) -> bytes:
    """Return the whole file; raises LookupError for a report in which nothing was judged."""
    verdict = report.verdict
    if verdict is None:
        raise LookupError("JUnit XML is made of verdicts, and this report has none")
    cases = [_whole(report, verdict), *map(_case, verdict.checks)]
    name = verdict.subject.lower()
    suite = ET.Element("testsuite", {"name": name, **_counts(cases), **_skipped(cases), **_when(verdict)})
    suite.extend(cases)
    # Jenkins' schema has no count of skipped cases here.
    suites = ET.Element("testsuites", {"name": name, **_counts(cases)})
    suites.append(suite)
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'.encode()


def _counts(cases: Sequence[ET.Element]) -> dict[str, str]:
    tags = [child.tag for case in cases for child in case]
    counts = {"failures": tags.count("failure"), "errors": tags.count("error")}
    return {"tests": str(len(cases))} | {kind: str(number) for kind, number in counts.items()}


def _skipped(cases: Sequence[ET.Element]) -> dict[str, str]:
    return {"skipped": str(sum(case.find("skipped") is not None for case in cases))}


def _when(verdict: WholeVerdict) -> dict[str, str]:
    # A schema wants a date without a zone.
    return _took(verdict) | ({"timestamp": one_line(verdict.time)[:19]} if verdict.time else {})


def _took(verdict: WholeVerdict) -> dict[str, str]:
    return {"time": f"{verdict.took or 0:.1f}"}


def _whole(report: Report, verdict: WholeVerdict) -> ET.Element:
    """Make the case of the verdict, with all that the report says beside the checks."""
    case = ET.Element("testcase", {"classname": verdict.stem, "name": "run", **_took(verdict)})
    kinds = {check.tone for check in verdict.checks}
    if verdict.tone != "bad" or "bad" not in kinds:
        _judge(case, Check(verdict.stem, "run", verdict.word, verdict.tone, verdict.answer, verdict.word))
    notes = (words for each in report.sections for words in (each.lead, each.note, *each.items) if words)
    lines = dict.fromkeys(map(one_line, (verdict.answer, *report.facts, *notes)))
    ET.SubElement(case, "system-out").text = "\n".join(lines)
    return case


def _case(check: Check) -> ET.Element:
    case = ET.Element("testcase", classname=one_line(check.group), name=one_line(check.name), time="0")
    if not _judge(case, check):
        ET.SubElement(case, "system-out").text = one_line(check.message)
    return case


def _judge(case: ET.Element, check: Check) -> bool:
    """Put into *case* what the check has come to; return whether that is anything but a success."""
    element, message = SIGNS[check.tone].element, one_line(check.message)
    if element == "skipped":
        ET.SubElement(case, element, message=message)
    elif element:
        ET.SubElement(case, element, type=check.kind, message=message)
    return bool(element)
