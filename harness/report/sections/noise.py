"""How much do rounds of the same cell differ, and what change could be told from that."""

from harness.report.figures import count, number
from harness.report.section import Column, Datum, Section, Table
from harness.report.words import label
from harness.stats.cells import Summary
from harness.stats.noise import noise

ORDER = 105
METRICS = ("throughput", "makespan", "cpu")


def section(summary: Summary) -> Section | None:
    """Answer a row a metric; None where no cell has enough rounds."""
    found = [known for metric in METRICS if (known := noise(summary.run, metric))]
    if not found:
        return None
    rounds = max(each.rounds for each in summary.cells)
    first = found[0]
    moods = max(first.rounds.items(), key=lambda item: abs(item[1]))
    lead = (
        f"From round to round the {label(first.metric)} of a cell differed by {_share(first.typical)} (the median "
        f"of {count(len(first.cells), 'cell')}), so that {count(rounds, 'round')} tell changes from "
        f"{_share(first.detectable(rounds))} on."
    )
    note = (
        f"Noise is the robust standard deviation between rounds. In round {moods[0]}, the oddest one, all cells "
        f"together were off by {_share(moods[1])}. A change smaller than what can be told may still be there."
    )
    steps = sorted({rounds, 10, 20})
    columns = (
        Column("figure"),
        Column("noise, typical", "%", numeric=True),
        Column("noise, noisiest cell", "%", numeric=True),
        Column("noisiest cell"),
        *(Column(f"tells, {n} rounds", "%", "found four times in five", numeric=True) for n in steps),
    )
    body = tuple(
        (
            Datum(label(each.metric), sort=each.metric),
            _datum(each.typical),
            _datum(max(each.cells.values())),
            Datum(worst := max(each.cells, key=lambda cell: each.cells[cell]), sort=worst),
            *(_datum(each.detectable(n)) for n in steps),
        )
        for each in found
    )
    return Section("Noise between rounds", lead, Table(columns, body), note=note)


def _share(value: float) -> str:
    return f"{number(value * 100)} %"


def _datum(value: float) -> Datum:
    return Datum(number(value * 100), sort=value)
