"""
Go's benchmark text, one file for each arm, so that `benchstat gate-base.txt gate-candidate.txt` compares them.

A line is one round of one cell that counts, with all its metrics. Lines of units say which way is better and what
is exact, as golang.org/design/14313-benchmark-format has it. benchstat takes the rounds of the two files for
independent samples: it does not know that they are pairs, and sees less.
"""

import re
from collections.abc import Iterator, Mapping

from overlap.harness.gate.known import known
from overlap.harness.gate.record import Arm, GateOutcome, Series
from overlap.harness.gate.sanitize import clean, distinct

BASE, CANDIDATE = "gate-base.txt", "gate-candidate.txt"


def files(outcome: GateOutcome) -> dict[str, str]:
    """Return the two files."""
    run = outcome.run
    return {
        BASE: "".join(f"{line}\n" for line in _lines(outcome, run.base, "base")),
        CANDIDATE: "".join(f"{line}\n" for line in _lines(outcome, run.candidate, "candidate")),
    }


def _lines(outcome: GateOutcome, arm: Arm, side: str) -> Iterator[str]:
    yield f"arm: {clean(arm.label)}"
    if commit := _commit(arm.facts):
        yield f"commit: {commit}"
    yield ""
    for unit, series in sorted({_unit(each): each for each in outcome.run.series}.items()):
        settings = [f"better={series.better}"] if series.better != "neither" else []
        settings += ["assume=exact"] if series.kind == "exact" else []
        yield from (f"Unit {unit} {words}" for words in settings)
    cells: dict[str, list[Series]] = {}
    for series in outcome.run.series:
        cells.setdefault(series.cell, []).append(series)
    names = distinct(cells, _name, "_{}")
    for cell, members in cells.items():
        for values in _rounds(members, side):
            yield f"{names[cell]} 1 {' '.join(values)}"


def _rounds(members: list[Series], side: str) -> Iterator[list[str]]:
    """Yield for each round what the series of a cell have of it."""
    rounds: dict[int, list[str]] = {}
    for series in members:
        unit = _unit(series)
        for pair in series.counted:
            if known(value := getattr(pair, side)):
                rounds.setdefault(pair.round, []).append(f"{value:.10g} {unit}")
    yield from (rounds[number] for number in sorted(rounds))


def _commit(facts: Mapping[str, object]) -> str:
    return clean(facts.get("commit") or "")


def _name(cell: str) -> str:
    """Return a name without blanks, beginning as Go wants it; a last `-16` would be taken for processors."""
    word = re.sub(r"\s+", "_", clean(cell))
    word = re.sub(r"-(\d+)$", r"_\1", word)
    return (
        f"Benchmark{word[:1].upper()}{word[1:]}"
        if word[:1].isascii() and word[:1].isalpha()
        else f"Benchmark_{word}"
    )


def _unit(series: Series) -> str:
    """Name the metric and what it is counted in; benchstat shows `ns/op` in the unit that reads best."""
    metric = re.sub(r"\s+", "_", clean(series.metric)) or "value"
    units = {"ns": "-ns/op", "B": "-B/op", "1/s": "/s"}
    return f"{metric}{units.get(series.unit, f'-{series.unit}' if series.unit else '')}".replace(" ", "_")
