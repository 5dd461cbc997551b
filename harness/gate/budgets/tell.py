"""Lays the verdict on budgets out: a terminal's table, Markdown for a job's summary, JUnit XML, annotations."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import TYPE_CHECKING

from overlap.harness.gate.budgets.judge import Held, overall
from overlap.harness.gate.budgets.words import MEANING, WORDS, Row, lead, row, rows
from overlap.harness.gate.sanitize import clean
from overlap.harness.text.markdown import escaped

if TYPE_CHECKING:
    from rich.console import Console

HEAD = ("", "limit", "cell", "measured", "why")
STYLES = {"broken": "red", "invalid": "magenta", "undecided": "yellow", "kept": "green"}
SIGNS = {"broken": "🔴", "invalid": "🟣", "undecided": "🟡", "kept": "🟢"}
# Bytes of Markdown: a little below what GitHub shows.
LARGEST = 1_000_000
# GitHub shows ten annotations of a kind a step.
ANNOTATIONS = 10


def show(held: Sequence[Held], console: "Console") -> None:
    """Write the answer and the table to *console*."""
    from rich.table import Table
    from rich.text import Text

    console.print(Text(lead(held), style="bold"))
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in HEAD[:-1]:
        table.add_column(name, overflow="fold", no_wrap=name == "limit")
    for each in rows(held):
        # A sentence needs the room of a line.
        cell = Text.assemble(each.cell, (f"\n{each.why}" if each.why else "", "dim"))
        table.add_row(Text(each.verdict, style=STYLES[each.verdict]), Text(each.limit), cell, Text(each.measured))
    console.print(table)
    console.print(Text(MEANING, style="dim"))


def markdown(held: Sequence[Held], most: int = LARGEST) -> str:
    """Return the text of a job's summary, of at most *most* bytes: as many rows as fit, the worst first."""
    told = rows(held)
    shown = len(told)
    while len((text := _text(held, told, shown)).encode()) > most and shown:
        shown = min(shown - 1, int(shown * most / len(text.encode())))
    return text


def _text(held: Sequence[Held], told: Sequence[Row], shown: int) -> str:
    lines = [
        f"## {SIGNS[WORDS[overall(held)]]} {escaped(lead(held))}",
        "",
        f"|{'|'.join(HEAD)}|",
        "|---" * len(HEAD) + "|",
    ]
    lines += [_line(each) for each in told[:shown]]
    if len(told) > shown:
        lines.append(f"| | and {len(told) - shown:,} more | | | |")
    return "\n".join([*lines, "", MEANING, ""])


def _line(each: Row) -> str:
    words = (each.limit, each.cell, each.measured, each.why)
    return f"| {SIGNS[each.verdict]} {each.verdict} | {' | '.join(map(escaped, words))} |"


def junit(held: Sequence[Held]) -> str:
    """Answer JUnit XML: a test case for each limit in each cell; broken fails, undecided is skipped."""
    cases = [_case(each) for each in held]
    kinds = [child.tag for case in cases for child in case]
    counts = {name: str(kinds.count(kind)) for name, kind in _KINDS.items()} | {"tests": str(len(cases))}
    suites = ET.Element("testsuites", {"name": "budgets", **counts})
    ET.SubElement(suites, "testsuite", {"name": "budgets", "time": "0", **counts}).extend(cases)
    ET.indent(suites)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(suites, encoding="unicode")}\n'


_KINDS = {"failures": "failure", "errors": "error", "skipped": "skipped"}


def _case(held: Held) -> ET.Element:
    told = row(held)
    case = ET.Element("testcase", classname=told.cell, name=told.limit, time="0")
    message = f"{told.measured}: {told.why}" if told.why else told.measured
    match held.verdict:
        case "regressed":
            ET.SubElement(case, "failure", type="budget", message=message)
        case "inconclusive":
            ET.SubElement(case, "skipped", message=message)
        case "invalid":
            ET.SubElement(case, "error", type="invalid", message=message)
        case _:
            ET.SubElement(case, "system-out").text = message
    return case


def annotations(held: Sequence[Held]) -> list[str]:
    """Answer lines that GitHub shows beside a job: errors, and warnings for what is undecided."""
    found: list[str] = []
    for level, verdicts in (("error", {"regressed", "invalid"}), ("warning", {"inconclusive"})):
        said = [row(each) for each in held if each.verdict in verdicts]
        lines = [f"{each.cell}: {each.limit}: {each.measured}: {each.why}" for each in said]
        if len(lines) > ANNOTATIONS:
            lines = [*lines[: ANNOTATIONS - 1], f"and {len(lines) - ANNOTATIONS + 1:,} more"]
        found += [f"::{level} title=Budget::{clean(line, 1000).replace('%', '%25')}" for line in lines]
    return found
