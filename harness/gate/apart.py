"""Gives the cells of an outcome the names that files show, no two alike: formats that go by names lose no row."""

from dataclasses import replace

from overlap.harness.gate.record import GateOutcome, Series
from overlap.harness.gate.sanitize import apart


def told_apart(outcome: GateOutcome) -> GateOutcome:
    """Return *outcome* with every cell named as it is shown."""
    run = outcome.run
    cells = [each.cell for each in run.series] + [each.series.cell for each in outcome.judged]
    names = apart([*cells, *(each.cell for each in run.missing), *run.declared])

    def named(series: Series) -> Series:
        return replace(series, cell=names[series.cell])

    return replace(
        outcome,
        run=replace(
            run,
            series=tuple(map(named, run.series)),
            missing=tuple(replace(each, cell=names[each.cell]) for each in run.missing),
            declared=tuple(names[cell] for cell in run.declared),
        ),
        judged=tuple(replace(each, series=named(each.series)) for each in outcome.judged),
    )
