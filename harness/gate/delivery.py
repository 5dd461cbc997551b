"""Delivers a verdict: to the terminal, files, a job on GitHub; the same for a gate and for budgets."""

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from overlap.harness.registry import load, names
from overlap.harness.report import github, pages
from overlap.harness.report.pages import FORMATS
from overlap.harness.report.section import Report
from overlap.harness.text.choices import choices, quoted
from overlap.harness.text.mistakes import Mistake

if TYPE_CHECKING:
    from rich.console import Console


def chosen(words: str, there: Iterable[str]) -> list[str]:
    """Return the formats that *words* name, of those that are *there*; raises `Mistake` for another."""
    there = list(there)
    wanted = there if words == "all" else [name.strip() for name in words.split(",") if name.strip()]
    for name in wanted:
        if name not in there:
            raise Mistake(f"no format {quoted(name)}; {choices(name, there)}")
    return wanted


def kinds() -> list[str]:
    """Name the formats of every verdict."""
    return names(FORMATS)


def files(report: Report, name: str) -> dict[str, str]:
    """Return what the format called *name* writes of a report with a verdict: the text of each file."""
    assert report.verdict is not None
    stem, page = report.verdict.stem, load(FORMATS, name)
    text = page.render(pages.drawn(report) if name == "html" else report).decode()
    comment = {f"{stem}-comment.md": page.comment(report, stem)} if name == "markdown" else {}
    return {page.FILE.replace("report", stem): text} | comment


def keep(texts: Mapping[str, str], out: Path) -> None:
    """Write *texts* by their names into the folder *out*; raises `Mistake` if that cannot be."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as wrong:
        raise Mistake(f"cannot write to {out}: {wrong.strerror}") from wrong


def tell(report: Report, outputs: Mapping[str, str], console: "Console", *, quiet: bool) -> None:
    """Show *report* on *console*, its verdict alone if *quiet*, and tell the job on GitHub if this is one."""
    from rich.text import Text

    assert report.verdict is not None
    if quiet:
        console.print(Text(report.verdict.line), soft_wrap=True)
    else:
        pages.show(report, console)
    github.tell(report, outputs, os.environ, sys.stdout)
