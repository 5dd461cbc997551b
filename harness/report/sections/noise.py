"""How much do rounds of the same cell differ, and what change could be told from that."""

from overlap.harness.report.figures import count, number
from overlap.harness.report.labels import label
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.noise import Noise, noise

ORDER = 105
METRICS = ("throughput", "makespan", "cpu")


def section(summary: Summary) -> Section | None:
    """Return a row a metric; None where no cell has enough rounds."""
    noises = [measure for metric in METRICS if (measure := noise(summary.run, metric))]
    if not noises:
        return None
    first = noises[0]
    oddest = max(first.rounds.items(), key=lambda item: abs(item[1]))
    way = "below" if oddest[1] < 0 else "above"
    lead = (
        f"From round to round the {label(first.metric)} of a cell scattered by {_share(first.typical)} (standard "
        f"deviation, {count(len(first.cells), 'cell')} pooled). {_told(first)}"
    )
    note = (
        "What a round did to all cells alike is left out, since cells are compared within a round. In round "
        f"{oddest[0] + 1}, the oddest one, half of the cells were at least {_share(abs(oddest[1]))} {way} their "
        "own median round, by latencies and machine. What can be told is for two cells by themselves: the more "
        "rows a comparison has, the larger a difference must be. A smaller change may still be there."
    )
    steps = sorted({*first.counts, 10, 20})
    columns = (
        TableColumn("figure"),
        TableColumn("noise, pooled", "%", numeric=True),
        TableColumn("noise, noisiest cell", "%", numeric=True),
        TableColumn("noisiest cell"),
        *(TableColumn(f"tells, {n} rounds", "%", "shown four times in five", numeric=True) for n in steps),
    )
    body = tuple(
        (
            Datum(label(each.metric), sort=each.metric),
            _datum(each.typical),
            _datum(max(each.cells.values())),
            Datum(worst := max(each.cells, key=lambda cell: each.cells[cell]), sort=worst),
            *(_datum(each.detectable(n)) for n in steps),
        )
        for each in noises
    )
    return Section("Noise between rounds", lead, Table(columns, body), note=note)


def _told(noise: Noise) -> str:
    """Say from what change on the rounds that most cells have tell two of them apart."""
    usual = sorted(noise.counts.items(), key=lambda item: -item[1])
    parts = [
        f"{count(rounds, 'round')} ({count(cells, 'cell')}) from {_share(noise.detectable(rounds))} on"
        for rounds, cells in usual[:2]
    ]
    return f"Two cells are told apart four times in five: {', '.join(parts)}."


def _share(value: float) -> str:
    return f"{number(value * 100)} %"


def _datum(value: float) -> Datum:
    return Datum(number(value * 100), sort=value)
