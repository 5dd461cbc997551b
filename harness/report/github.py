"""What a job on GitHub is told: its summary, its outputs, and the annotations on stdout; nothing anywhere else."""

from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from overlap.harness.report.formats import annotations, markdown
from overlap.harness.report.section import Report

# A step's summary in bytes, beyond which GitHub shows nothing of it; other words of the step count.
SUMMARY = 1_048_576
# What is left when there is no room for a table.
LEAST = 4_096


def tell(report: Report, outputs: Mapping[str, str], environ: Mapping[str, str], out: TextIO) -> list[str]:
    """
    Write to whatever *environ* names, annotations to *out*; return what was written to.

    GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name files that are appended to; GITHUB_ACTIONS=true asks for
    annotations. A file that cannot be written raises `OSError`.
    """
    written, notices = [], []
    if path := environ.get("GITHUB_STEP_SUMMARY"):
        if _summarized(Path(path), report):
            written.append("summary")
        else:
            full = f"the job's summary is full, so that this is not in it: {report.title}"
            notices.append(annotations.command("notice", "Summary", full))
    if path := environ.get("GITHUB_OUTPUT"):
        _append(Path(path), "".join(f"{name}={value}\n" for name, value in outputs.items()))
        written.append("outputs")
    if environ.get("GITHUB_ACTIONS") == "true":
        out.write("".join(f"{line}\n" for line in annotations.lines(report, notices)))
        written.append("annotations")
    return written


def _summarized(file: Path, report: Report) -> bool:
    """Append *report* to the job's summary; return whether there was room for any of it."""
    room = SUMMARY - (file.stat().st_size if file.exists() else 0) - LEAST
    if room <= LEAST:
        return False
    _append(file, f"{markdown.text(report, min(room, markdown.LARGEST))}\n")
    return True


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8", newline="\n") as opened:
        opened.write(text)
