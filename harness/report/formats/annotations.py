"""
Annotations: lines on stdout that GitHub shows beside a job, and beside the code where the file is known.

The syntax is that of GitHub's workflow commands. It shows ten of a kind a step, so the worst come first, and a
tenth that stands for more says how many, and where they are.
"""

from collections.abc import Iterator, Sequence

from overlap.harness.report.section import Report
from overlap.harness.report.verdict import SIGNS, Check
from overlap.harness.text.one_line import one_line

FILE = "report-annotations.txt"
DEFAULT = False
DRAWS = False
JUDGED = True
# GitHub shows so many of a level a step.
MOST = 10
_LEVELS = ("error", "warning", "notice")


def render(report: Report) -> bytes:
    """Return the lines as a file, to be printed by whatever runs inside a job."""
    return "".join(f"{line}\n" for line in lines(report)).encode()


def lines(report: Report, notices: Sequence[str] = ()) -> list[str]:
    """Return the annotations, the worst first, *notices* among them; one says the verdict whatever it is."""
    verdict = report.verdict
    if verdict is None:
        raise LookupError("annotations are made of verdicts, and this report has none")
    by_level: dict[str, list[str]] = {level: [] for level in _LEVELS}
    first = SIGNS[verdict.tone].level
    by_level[first].append(command(first, verdict.title, verdict.answer))
    for check in verdict.checks:
        if SIGNS[check.tone].element:
            level = SIGNS[check.tone].level
            by_level[level].append(_of_check(level, check))
    by_level["notice"] += notices
    by_level["notice"] += [command("notice", "Doubt", doubt) for doubt in verdict.doubts]
    ordered = [first, *(level for level in _LEVELS if level != first)]
    return [line for level in ordered for line in _most(by_level[level], level, verdict.subject, report.whole)]


def command(level: str, title: str, message: str, file: str | None = None) -> str:
    """
    Return one workflow command: one line, in which no text ends a property or begins another command.

    >>> command("error", "a, b: c", "100 %" + chr(10) + "::warning::x")
    '::error title=a%2C b%3A c::100 %25 ::warning::x'
    """
    properties = {"file": file, "title": title}
    listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{level} {listed}::{_data(message)}"


def _of_check(level: str, check: Check) -> str:
    return command(level, check.title, f"{check.group}: {check.message}", check.file)


def _most(commands: list[str], level: str, title: str, whole: str) -> Iterator[str]:
    if len(commands) <= MOST:
        yield from commands
        return
    yield from commands[: MOST - 1]
    yield command(level, title, f"and {len(commands) - MOST + 1:,} more, {whole}")


def _data(text: str) -> str:
    return one_line(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
