"""
Stored files of pytest-benchmark as a gate run: each file is one process, and one process is one round at most.

The iterations inside a file share their process's luck and the machine's mood of that minute; taken for
independent measurements they cry wolf on four builds of ten. So a row's median is all that a file says.

Where the files of the two sides were written in turn (base, candidate, base, candidate …, in either order within
a pair), the pairs are rounds as in any gate run, and are judged as such. Where they were not, drift of the machine
is part of every ratio and cannot be told from a change: then `interleaved` is False and `gate.unpaired`
judges, by what a machine is assumed to drift.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from glob import glob
from itertools import pairwise
from pathlib import Path

from overlap.harness.gate.history import BenchmarkFile, BenchmarkRow, read
from overlap.harness.gate.record import Arm, GateRule, GateRun, RoundPair, Series
from overlap.harness.gate.unpaired import PASS_BOUND
from overlap.harness.report.figures import DASH, count, listed
from overlap.harness.text.mistakes import Mistake

__all__ = ["METRIC", "BenchmarkFile", "BenchmarkRow", "recordings", "rows", "two"]

METRIC = "median"
_NANOSECONDS = 1e9
# Fewer pairs in turn could as well be chance.
_FEWEST_IN_TURN = 2
# Facts of a recording that tell machines apart.
MACHINE = ("cpu", "cores", "system", "machine")
_Paired = tuple[BenchmarkFile, BenchmarkFile, str]


def rows(path: Path) -> list[BenchmarkRow]:
    """Return the benchmarks of one file, as they stand there. Raises `Mistake` for a file that is none."""
    return list(read(path).rows.values())


def recordings(path: Path) -> list[BenchmarkFile]:
    """Read a file, every file in a folder, or those that a pattern with `*` names; the oldest first."""
    if path.is_dir():
        files = sorted(path.rglob("*.json"))
    elif path.exists():
        files = [path]
    else:
        files = sorted(Path(name) for name in glob(str(path), recursive=True))  # noqa: PTH207  it may be absolute
    if not files:
        raise Mistake(f"no file of pytest-benchmark at {path}")
    return sorted(map(read, files), key=_when)


def two(base: Path, candidate: Path) -> GateRun:
    """
    Compare two sides; either is a file, a folder of files, or a pattern.

    A cell is a row's full name, its metric the median, in ns. What was added, removed, or cannot be judged is told
    in a note, and the rest is compared. Rounds from different machines do not count. Raises `Mistake` for what
    cannot be read.
    """
    left, right = recordings(base), recordings(candidate)
    in_turn = _in_turn(left, right)
    paired = in_turn or [(a, b, "BC" if _when(a) <= _when(b) else "CB") for a, b in zip(left, right, strict=False)]
    spoiled = {number: why for number, (a, b, _) in enumerate(paired) if (why := _foreign(a, b))}
    judged, notes = _sorted_out(left, right, paired)
    return GateRun(
        base=_arm(_label(base, candidate), left),
        candidate=_arm(_label(candidate, base), right),
        rule=GateRule() if in_turn else GateRule(pass_bound=PASS_BOUND),
        declared=tuple(judged),
        series=tuple(_series(name, paired, spoiled) for name in judged),
        interleaved=bool(in_turn),
        rounds=len(paired),
        disturbed=spoiled,
        notes=(*_pythons(left, right), *notes),
    )


def _sorted_out(
    left: Sequence[BenchmarkFile], right: Sequence[BenchmarkFile], paired: Sequence[_Paired]
) -> tuple[list[str], list[str]]:
    """Return the names of the rows that can be judged, and a sentence for each kind of those that cannot."""
    names = list(dict.fromkeys(name for each in (*left, *right) for name in each.rows))
    new = [name for name in names if not any(name in each.rows for each in left)]
    gone = [name for name in names if not any(name in each.rows for each in right)]
    both = [name for name in names if name not in {*new, *gone}]
    whole = [name for name in both if all(name in side.rows for a, b, _ in paired for side in (a, b))]
    partly = [name for name in both if name not in whole]
    single = [name for name in whole if len(paired) == 1 and _is_single(name, paired[0])]
    kinds = (
        (new, "only in the candidate: there is nothing to compare {} with"),
        (gone, "only in the base: {} cannot be compared"),
        (partly, "not in every file: {} cannot be compared"),
        (single, "of a single round on one side, whose noise is unknown: {} cannot be judged"),
    )
    notes = [_note(rows, words) for rows, words in kinds if rows]
    return [name for name in whole if name not in single], notes


def _note(names: Sequence[str], words: str) -> str:
    one = len(names) == 1
    reason = words.format("it" if one else "them" if words.endswith("with") else "they")
    return f"{count(len(names), 'benchmark')} {'is' if one else 'are'} {reason}: {listed(names)}."


def _is_single(name: str, pair: _Paired) -> bool:
    """Return whether one process a side, and in one of them one round, is all that there is of a row."""
    return any(side.rows[name].rounds == 1 for side in pair[:2])


def _pythons(left: Sequence[BenchmarkFile], right: Sequence[BenchmarkFile]) -> list[str]:
    """Return a sentence where the two sides ran on different Pythons: the difference may be theirs."""
    sides = [sorted({_python(each) for each in side} - {""}) for side in (left, right)]
    if not all(sides) or sides[0] == sides[1]:
        return []
    return [f"The base was measured with {listed(sides[0])}, the candidate with {listed(sides[1])}."]


def _python(each: BenchmarkFile) -> str:
    version = each.facts.get("python version")
    return f"{each.facts.get('python implementation', 'Python')} {version}" if version else ""


def _series(name: str, paired: Sequence[_Paired], spoiled: Mapping[int, str]) -> Series:
    pairs = tuple(
        RoundPair(
            number,
            order,
            a.rows[name].median * _NANOSECONDS,
            b.rows[name].median * _NANOSECONDS,
            spoiled.get(number),
        )
        for number, (a, b, order) in enumerate(paired)
    )
    counts = [side.rows[name].rounds for a, b, _ in paired for side in (a, b)]
    return Series(
        name, METRIC, "ns", "timed", "lower", pairs, data=min(map(int, filter(None, counts)), default=None)
    )


def _in_turn(left: Sequence[BenchmarkFile], right: Sequence[BenchmarkFile]) -> list[_Paired]:
    """Return the pairs if the sides were measured in turn; nothing if they were not, or that is unknown."""
    if len(left) != len(right) or len(left) < _FEWEST_IN_TURN:
        return []
    times = [_when(each) for each in (*left, *right)]
    if datetime.max.replace(tzinfo=UTC) in times or len(set(times)) < len(times):
        return []
    paired = list(zip(left, right, strict=True))
    ends = [sorted((_when(a), _when(b))) for a, b in paired]
    if any(before[1] > after[0] for before, after in pairwise(ends)):
        return []
    return [(a, b, "BC" if _when(a) < _when(b) else "CB") for a, b in paired]


def _when(each: BenchmarkFile) -> datetime:
    """Return when the file was written; the latest possible time if that is unknown."""
    try:
        written = datetime.fromisoformat(each.time)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return written if written.tzinfo else written.replace(tzinfo=UTC)


def _foreign(a: BenchmarkFile, b: BenchmarkFile) -> str | None:
    if not a.machine or not b.machine or a.machine == b.machine:
        return None
    differ = [
        f"{key} {a.facts.get(key, DASH)} and {b.facts.get(key, DASH)}"
        for key in MACHINE
        if a.facts.get(key) != b.facts.get(key)
    ]
    parts = f" ({', '.join(differ)})" if differ else ""
    return f"{a.name} and {b.name} come from different machines{parts}"


def _label(path: Path, other: Path) -> str:
    """Name a side, with its folder where that tells the two apart; a whole path says nothing elsewhere."""
    return path.name if path.name != other.name else "/".join(path.parts[-2:]).lstrip("/")


def _arm(label: str, side: Sequence[BenchmarkFile]) -> Arm:
    facts = dict(side[0].facts)
    if len(side) > 1:
        facts |= {"files": len(side)}
        facts |= {key: f"{facts[key]} …" for key in ("commit", "measured") if _differs(key, side) and key in facts}
    return Arm(spec=label, label=label, facts=facts)


def _differs(key: str, side: Sequence[BenchmarkFile]) -> bool:
    return len({str(each.facts.get(key)) for each in side}) > 1
