"""A run in numbers: every cell with every metric as an estimate, and with its doubts."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from overlap.harness.model.metrics import CALLS, OfCalls, OfSlots
from overlap.harness.model.record import Cell
from overlap.harness.model.slo import Slo
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.columns import OF_SLOTS, table
from overlap.harness.stats.doubts import doubts
from overlap.harness.stats.floor import floors, unresolved
from overlap.harness.stats.goodput import GOODPUT, goodput, slo_of
from overlap.harness.stats.rounds import MeasuredRound, rounds_of, sound
from overlap.harness.store.run_files import Run

METRICS: tuple[OfCalls | OfSlots, ...] = (*CALLS, *OF_SLOTS.values(), *GOODPUT)


def summarise(run: Run, slo: Slo | None = None) -> Summary:
    """
    Work out every metric of every cell of *run*; the same run always gives the same numbers.

    Goodput is against *slo*, or else against what run.json says of the cell's scenario, or else left out.
    """
    about = run.about
    cells = tuple(
        _cell(
            cell,
            rounds,
            slo or slo_of(about, cell.scenario),
            about.reasons(cell.id),
            about.scenario(cell.scenario).oddities,
        )
        for cell, rounds in _ordered(run)
    )
    return Summary(run, _held_against_the_floor(run, cells))


def _held_against_the_floor(run: Run, cells: tuple[CellSummary, ...]) -> tuple[CellSummary, ...]:
    """Add to each cell's doubts what of it this machine cannot resolve; known only once all cells are."""
    calibrated = floors(run.about)
    every = {each.cell: each.metrics for each in cells}
    return tuple(
        replace(each, doubts=each.doubts + unresolved(each.cell, each.metrics, every, calibrated))
        for each in cells
    )


def _ordered(run: Run) -> list[tuple[Cell, Sequence[MeasuredRound]]]:
    rounds = rounds_of(run)
    return [(cell, rounds[cell.id]) for cell in {cell.id: cell for cell in run.cells}.values()]


def _cell(
    cell: Cell, rounds: Sequence[MeasuredRound], slo: Slo | None, missing: Sequence[str], notes: Sequence[str] = ()
) -> CellSummary:
    good = sound(rounds)
    of_slots = (*OF_SLOTS.values(), *(goodput(slo) if slo else ()))
    estimates = {name: column.estimate() for name, column in table(good, of_slots).items()}
    metrics = {name: estimate for name, estimate in estimates.items() if estimate is not None}
    return CellSummary(
        cell,
        rounds=len(good),
        calls=sum(len(each.calls) for each in good),
        errors=sum(1 for each in good for call in each.calls if call.failed),
        metrics=metrics,
        doubts=(*notes, *doubts(cell, rounds, metrics, missing)),
        together=any(call.together for each in good for call in each.calls),
    )


def to_json(summary: Summary) -> dict[str, object]:
    """Lay *summary* out for summary.json: each cell with each metric, and what the metrics mean."""
    return {
        "run": summary.run.name,
        "value": "where the typical round lies: the Hodges-Lehmann centre of one number a round; the mean, where "
        "some rounds are 0; of shares and numbers of calls, over all calls",
        "percentile": "each round's own (Hyndman and Fan's type 8), then the typical round's",
        "interval": "95 %, by resampling rounds, each of which draws its own latencies; of shares and numbers of "
        "calls by Clopper and Pearson, wider where rounds differ; a percentile's ends at the smallest and largest "
        "value of any call where each round's percentile lies among the calls of every round; null below three "
        "rounds",
        "definitions": {
            metric.name: {
                "label": metric.label,
                "unit": metric.unit,
                "better": metric.better,
                "formula": metric.formula,
            }
            for metric in METRICS
        },
        "cells": [
            {
                "id": each.cell.id,
                **asdict(each.cell),
                "rounds": each.rounds,
                "calls": each.calls,
                "errors": each.errors,
                "metrics": {name: asdict(estimate) for name, estimate in each.metrics.items()},
                "together": each.together,
                "doubts": list(each.doubts),
            }
            for each in summary.cells
        ],
    }
