"""Names of series as a file has them, where those of two metrics would be alike: no file may lose a row."""

from collections import Counter
from collections.abc import Callable, Sequence

from overlap.harness.gate.record import Series
from overlap.harness.gate.sanitize import clean


def shown(series: Sequence[Series], metric: Callable[[str], str] = clean) -> list[tuple[str, str]]:
    """
    Return the cell and the metric of each of *series* as a file names them, no two alike.

    The cells are those of `told_apart`; *metric* makes the name of a metric, and of one with a number behind it.
    """
    before: Counter[tuple[str, str]] = Counter()
    labels = []
    for each in series:
        name = clean(each.cell), metric(each.metric)
        before[name] += 1
        labels.append(name if before[name] == 1 else (name[0], metric(f"{each.metric} ({before[name]})")))
    return labels
