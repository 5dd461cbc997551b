"""How many calls a second can come while enough of them keep the SLO."""

from harness.report.charts.bars import Bar, Bars
from harness.report.figures import DASH, Scale, datum, listed, number, told
from harness.report.matrix import FIELDS
from harness.report.section import Column, Datum, Section, Table
from harness.report.standings import standing
from harness.report.workers import shared_out
from harness.stats.cells import Summary
from harness.stats.ranking import rank
from harness.stats.slo_rate import Reached, Searched, searched

ORDER = 5


def section(summary: Summary) -> Section | None:
    """Answer for a search; None for any other run."""
    found = searched(summary.run.about)
    if found is None or not found.found:
        return None
    note = (
        f"Each round searches anew: slots of {number(found.duration)} s at rates that rise or fall until the SLO "
        "is both kept and missed, then bisected on a logarithmic scale; the interval is of the rounds. Latency is "
        "from the due time, and a call that failed or has not come back in time has missed. Concurrency is the "
        "places of strategies that have some; ainvoke and astream start every call at once. A rate that only just "
        "overloads needs longer than a slot to show; a longer --duration finds a somewhat lower rate."
    )
    return Section(
        f"The highest rate that keeps {found.slo}",
        f"{_lead(found)}{shared_out(summary)}",
        _table(found),
        _charts(found),
        note,
        glance="whole",
    )


def _lead(found: Searched) -> str:
    best = max(found.found, key=lambda each: _height(found, each))
    wanted = f"{found.share * 100:.4g} % of calls to keep {found.slo}, with {found.arrivals} arrivals"
    if best.beyond == "<":
        return (
            f"No strategy got {wanted}, at {number(found.least)} calls a second, the lowest rate that was tried."
        )
    rate = told(best.rate) if best.rate else "no known rate"
    if best.beyond:
        rate = f"at least {number(found.most)}/s, the highest that was tried"
    return f"{_name(found, best)} takes {rate}, for {wanted}.{_others(found, best)}"


def _name(found: Searched, each: Reached) -> str:
    """Name a cell by what sets it apart from the others."""
    return " · ".join(str(getattr(each.cell, name)) for name in _names(found))


def _others(found: Searched, best: Reached) -> str:
    """Say which of the others are shown to take less, and of which that is not known."""
    if best.beyond:
        same = [_name(found, each) for each in found.found if each is not best and each.beyond == "≥"]
        verb = "kept" if len(same) == 1 else "all kept"
        return f" {listed(same)} {verb} the highest rate as well." if same else ""
    measured = [each for each in found.found if each.rates]
    ranking = rank({_name(found, each): each.rates for each in measured}, largest=True)
    said = standing(ranking, worse=("takes less", "take less"), than="the rate") if ranking else ""
    return f" {said}" if said else ""


def _height(found: Searched, each: Reached) -> float:
    if each.beyond:
        return 0.0 if each.beyond == "<" else found.most
    return each.rate.value if each.rate else 0.0


def _names(found: Searched) -> tuple[str, ...]:
    differ = [
        name for name in ("scenario", *FIELDS) if len({getattr(each.cell, name) for each in found.found}) > 1
    ]
    return tuple(differ) or ("strategy",)


def _table(found: Searched) -> Table:
    names = _names(found)
    heads = [Column(name, numeric=name == "concurrency") for name in names]
    heads += [Column("rate", "1/s", "highest rate at which the share of calls keeps the SLO", numeric=True)]
    heads += [Column(name, numeric=True) for name in ("rounds", "slots", "calls")]
    rows = []
    for each in sorted(found.found, key=lambda each: -_height(found, each)):
        own = [getattr(each.cell, name) for name in names]
        counts = [Datum(f"{value:,}", sort=value) for value in (each.rounds, each.slots, each.calls)]
        rows.append((*(Datum(str(value) or DASH, sort=value) for value in own), _rate(found, each), *counts))
    return Table(tuple(heads), tuple(rows))


def _rate(found: Searched, each: Reached) -> Datum:
    if each.beyond:
        end = found.least if each.beyond == "<" else found.most
        return Datum(f"{each.beyond} {number(end)}", sort=_height(found, each))
    return datum(each.rate, Scale(1, "1/s"))


def _charts(found: Searched) -> tuple[Bars, ...]:
    bars = [
        Bar(_name(found, each), each.rate.value, each.rate.low, each.rate.high)
        for each in found.found
        if each.rate
    ]
    title = f"The highest rate that keeps {found.slo} (calls per second)"
    return (Bars("slo-rate", title, tuple(bars), "calls/s", ""),) if bars else ()
