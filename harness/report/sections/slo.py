"""How many calls a second can come while enough of them keep the SLO."""

from overlap.harness.model.slo_verdict import GROWTH
from overlap.harness.report.charts.bars import BarChart, BarRow
from overlap.harness.report.figures import DASH, count, number
from overlap.harness.report.matrix import FIELDS
from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.report.workers import shared_out
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.slo_rate import RateBounds, SloSearch, TriedRate, searched

ORDER = 5

OUTDATED = (
    "This search was made by an older version, whose slots were too short to see a slowly growing queue: the "
    "rates it named could be a fifth too high, and are left out. Search again."
)


def section(summary: Summary) -> Section | None:
    """Return the section of a search; None for any other run."""
    search = searched(summary.run.about)
    if summary.run.about.search and summary.run.about.search.outdated:
        return Section("The highest rate that keeps the SLO", OUTDATED, glance="lead")
    if search is None or not search.answers:
        return None
    note = (
        f"A rate is held if long slots, one in each of {count(search.rounds, 'round')}, show with 95 % confidence "
        f"that at least {search.share * 100:.4g} % of calls kept the SLO, and if latency rose from the first "
        f"tenth of the calls to the last by no more than {GROWTH * 1000:g} ms per second. Brief slots only say "
        "where to look. Shares are of the calls after the first third of each slot. Latency counts from the time "
        "a call was due; a call that failed or did not come back in time has missed. Concurrency limits only "
        "strategies that have a limit: ainvoke and astream start every call at once. Nothing is shown of times "
        "longer than the slots."
    )
    return Section(
        f"The highest rate that keeps {search.slo}",
        f"{_lead(search)}{shared_out(summary)}",
        _table(search),
        _charts(search),
        note,
        glance="whole",
    )


def _lead(search: SloSearch) -> str:
    best = max(search.answers, key=_height)
    if len(search.answers) == 1:
        return _sentence(search, best)
    if best.held is None:
        return f"No strategy was shown to hold a rate. {_sentence(search, best)}"
    others = [each for each in search.answers if each is not best]
    lower = [each for each in others if search.above(best, each, len(others))]
    if len(lower) == len(others):
        ranking = f"That is more than {_those(len(others))}, which missed it at that rate."
    else:
        unsure = ", ".join(_name(search, each) for each in others if each not in lower)
        ranking = f"It is not shown to hold more than {unsure}."
    return f"{_sentence(search, best)} {ranking}"


def _those(others: int) -> str:
    return "the other" if others == 1 else f"each of the {others} others"


def _sentence(search: SloSearch, each: RateBounds) -> str:
    """Return what one cell's slots showed, in a sentence or two."""
    name = _name(search, each)
    if each.held is None:
        return _nothing(search, each, name)
    seen = search.shown(each.held)
    slots = f"{count(len(each.held.slots), 'slot')} of {number(each.held.seconds)} s"
    share = f"{_percent(seen.share)} (at least {_percent(seen.low)}) of calls kept {search.slo}"
    rate = f"{number(each.held.rate)} calls/s"
    if each.missed is None and each.whole:
        rate += ", the highest rate that was tried"
    text = f"{name} held {rate}, with {search.arrivals} arrivals: in {slots}, {share}, and {_growth(seen.growth)}."
    if each.missed is not None:
        text += f" {number(each.missed.rate)}/s {_failed(search, each.missed)}."
    return text if each.whole else f"{text} The search did not come to its end."


def _growth(growth: float) -> str:
    """Say how much latency rose at a rate that was held: a little is tolerated, and told."""
    rose = number(growth * 1000)
    return f"latency rose by {rose} ms each second, which is tolerated" if growth > 0 else "latency did not rise"


def _failed(search: SloSearch, missed: TriedRate) -> str:
    """Return how a rate fared that was not held."""
    seen = search.shown(missed)
    if seen.growth > 0 and seen.missed and seen.high >= search.share:
        return f"was not: latency rose by {number(seen.growth * 1000)} ms each second"
    if seen.missed:
        return f"was not: {_percent(seen.share)} kept it"
    return f"was not shown to be held: {_percent(seen.share)} (at least {_percent(seen.low)}) kept it"


def _nothing(search: SloSearch, each: RateBounds, name: str) -> str:
    """Return why there is no rate."""
    wanted = f"{search.share * 100:.4g} % of calls"
    if each.short and each.missed is not None:
        tried = each.missed
        return (
            f"{name}: not known. None of {tried.calls:,} calls missed at {number(tried.rate)}/s, too few to show "
            f"that {wanted} keep {search.slo}. Try a longer --duration, more --rounds or a lower --share."
        )
    if each.floor_missed:
        return f"{name} did not hold {number(search.least)} calls/s, the lowest rate that was tried, for {wanted}."
    return f"{name}: not known, the search did not come to its end."


def _percent(share: float) -> str:
    """
    Write a share so that it never looks like all where it is less.

    >>> _percent(0.99996), _percent(1.0), _percent(0.9512)
    ('99.99 %', '100 %', '95.1 %')
    """
    if share == 1:
        return "100 %"
    digits = 1 if share < 0.999 else 2
    return f"{int(share * 100 * 10**digits) / 10**digits:.{digits}f} %"


def _height(each: RateBounds) -> float:
    if each.held is not None:
        return each.held.rate
    return 0.0 if each.floor_missed else -1.0


def _names(search: SloSearch) -> tuple[str, ...]:
    differ = [
        name for name in ("scenario", *FIELDS) if len({getattr(each.cell, name) for each in search.answers}) > 1
    ]
    return tuple(differ) or ("strategy",)


def _name(search: SloSearch, each: RateBounds) -> str:
    return " · ".join(str(getattr(each.cell, name)) for name in _names(search))


def _table(search: SloSearch) -> Table:
    names = _names(search)
    heads = [TableColumn(name, numeric=name == "concurrency") for name in names]
    heads += [
        TableColumn("held", "calls/s", "highest rate that was shown to be held", numeric=True),
        TableColumn("share kept", "%", "calls that kept the SLO at that rate; 95 % bound below", numeric=True),
        TableColumn("held for", "s", "seconds of each slot at that rate", numeric=True),
        TableColumn("not held", "calls/s", "lowest rate that was not shown to be held", numeric=True),
    ]
    # An interrupted search has made more: the slots at the rate that it was at are no part of any verdict.
    heads += [
        TableColumn("slots judged", hint="slots at rates that were tried to the end", numeric=True),
        TableColumn("calls in them", numeric=True),
    ]
    rows = []
    for each in sorted(search.answers, key=lambda each: -_height(each)):
        own = [getattr(each.cell, name) for name in names]
        counts = [Datum(f"{value:,}", sort=value) for value in (each.slots, each.calls)]
        rows.append((*(Datum(str(value) or DASH, sort=value) for value in own), *_answer(search, each), *counts))
    return Table(tuple(heads), tuple(rows))


def _answer(search: SloSearch, each: RateBounds) -> tuple[Datum, Datum, Datum, Datum]:
    missed = Datum(number(each.missed.rate), sort=each.missed.rate) if each.missed else Datum(DASH)
    if each.held is None:
        text = f"< {number(search.least)}" if each.floor_missed else DASH
        return Datum(text, sort=_height(each)), Datum(DASH), Datum(DASH), missed
    seen = search.shown(each.held)
    share = Datum(
        _percent(seen.share).removesuffix(" %"), f"≥ {_percent(seen.low).removesuffix(' %')}", seen.share
    )
    most = "≥ " if each.missed is None and each.whole else ""
    rate = Datum(f"{most}{number(each.held.rate)}", sort=each.held.rate)
    return rate, share, Datum(number(each.held.seconds), sort=each.held.seconds), missed


def _charts(search: SloSearch) -> tuple[BarChart, ...]:
    bars = [
        BarRow(_name(search, each), each.held.rate, each.held.rate, each.missed.rate if each.missed else None)
        for each in search.answers
        if each.held
    ]
    title = f"The highest rate that held {search.slo} (calls per second; the line ends at the lowest that did not)"
    return (BarChart("slo-rate", title, tuple(bars), "calls/s", ""),) if bars else ()
