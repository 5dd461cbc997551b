"""
Annotations: lines on stdout that GitHub shows beside a job, and beside the code where the file is known.

The syntax is that of GitHub's workflow commands. It shows ten of a kind a step, so the worst come first, and a
tenth that stands for more says how many.
"""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from overlap.harness.gate import view
from overlap.harness.gate.record import Judged, Outcome
from overlap.harness.gate.sanitize import clean

FILE = "gate-annotations.txt"
MOST = 10


def files(outcome: Outcome) -> dict[str, str]:
    """Answer the lines as a file, to be printed by whoever runs inside a job."""
    return {FILE: "".join(f"{line}\n" for line in lines(outcome))}


def lines(outcome: Outcome) -> list[str]:
    """Answer the annotations, the worst first; one says the verdict whatever it is."""
    ordered = view.worst_first(outcome)
    unsure = [each for each in ordered if each.verdict in {"inconclusive", "invalid"}]
    whole = _command(
        "error" if outcome.verdict in {"regressed", "invalid"} else _mild(outcome),
        f"Regression gate: {outcome.verdict}",
        view.answer(outcome),
    )
    blamed = [_of_series("error", each) for each in view.blamed(outcome)]
    failed = outcome.verdict in {"regressed", "invalid"}
    warned = [_of_series("warning", each) for each in unsure]
    warned += [_command("warning", "Nothing to compare", sentence) for sentence in view.missing(outcome)]
    doubts = [_command("notice", "Doubt", clean(doubt, 1000)) for doubt in outcome.doubts]
    return [
        whole,
        *_first(blamed, MOST - failed, "error"),
        *_first(warned, MOST - (outcome.verdict == "inconclusive"), "warning"),
        *_first(doubts, MOST - (_mild(outcome) == "notice" and not failed), "notice"),
    ]


def _mild(outcome: Outcome) -> str:
    return "warning" if outcome.verdict == "inconclusive" else "notice"


def _first(commands: list[str], most: int, level: str) -> Iterator[str]:
    if len(commands) <= most:
        yield from commands
        return
    yield from commands[: most - 1]
    yield _command(level, "Regression gate", f"and {len(commands) - most + 1:,} more")


def _of_series(level: str, judged: Judged) -> str:
    cell = clean(judged.series.cell)
    return _command(
        level,
        f"{cell} {view.word(judged.verdict)}",
        f"{cell}: {view.told(judged)}",
        file=_file(judged.series.cell),
    )


def _file(cell: str) -> str | None:
    """Answer the file that a cell names: a test's full name is its file, two colons, its name."""
    name, found, _ = cell.partition("::")
    path = PurePosixPath(name)
    known = found and path.suffix == ".py" and not path.is_absolute() and ".." not in path.parts
    return clean(name) if known else None


def _command(level: str, title: str, message: str, file: str | None = None) -> str:
    named: Iterable[tuple[str, str | None]] = (("file", file), ("title", title))
    properties = ",".join(f"{key}={_property(value)}" for key, value in named if value)
    return f"::{level} {properties}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
