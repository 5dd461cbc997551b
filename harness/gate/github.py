"""What a job on GitHub is told: its summary, its outputs, and the annotations on stdout; nothing anywhere else."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from overlap.harness.gate import view
from overlap.harness.gate.formats import annotations, markdown
from overlap.harness.gate.record import Outcome

# A step's summary in bytes, beyond which GitHub shows nothing of it; other words of the step count.
SUMMARY = 1_048_576
# What is left when there is no room for a table.
LEAST = 4_096


def tell(outcome: Outcome, environ: Mapping[str, str], out: TextIO) -> list[str]:
    """
    Write to whatever *environ* names, annotations to *out*; answer what was written to.

    GITHUB_STEP_SUMMARY and GITHUB_OUTPUT name files that are appended to; GITHUB_ACTIONS=true asks for
    annotations. A file that cannot be written raises `OSError`.
    """
    told = []
    if summarize(environ, lambda room: markdown.summary(outcome, room)):
        told.append("summary")
    if path := environ.get("GITHUB_OUTPUT"):
        _append(Path(path), "".join(f"{name}={value}\n" for name, value in outputs(outcome).items()))
        told.append("outputs")
    if environ.get("GITHUB_ACTIONS") == "true":
        out.write("".join(f"{line}\n" for line in annotations.lines(outcome)))
        told.append("annotations")
    return told


def summarize(environ: Mapping[str, str], text: Callable[[int], str]) -> bool:
    """
    Append *text*, made for so many bytes, to the job's summary; return whether there was room for any.

    Raises `OSError` where the file cannot be written.
    """
    path = environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return False
    file = Path(path)
    room = SUMMARY - (file.stat().st_size if file.exists() else 0) - LEAST
    if room <= LEAST:
        return False
    _append(file, f"{text(min(room, markdown.LARGEST_SUMMARY))}\n")
    return True


def outputs(outcome: Outcome) -> dict[str, str]:
    """Answer a step's outputs: `verdict`, `exit_code`, and how many series there are of each verdict."""
    counts = {verdict: sum(each.verdict == verdict for each in outcome.judged) for verdict in view.ORDER}
    counts["regressed"] = len(view.blamed(outcome))
    return {
        "verdict": outcome.verdict,
        "exit_code": str(outcome.exit_code),
        "series": str(len(outcome.judged)),
        **{verdict: str(number) for verdict, number in counts.items()},
    }


def _append(file: Path, text: str) -> None:
    with file.open("a", encoding="utf-8", newline="\n") as opened:
        opened.write(text)
