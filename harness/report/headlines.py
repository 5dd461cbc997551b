"""The sentence a panel of cells comes down to: who was first, who took longer, and what is not shown."""

from overlap.harness.report.figures import count, listed, scale, spell_out
from overlap.harness.report.matrix import Panel
from overlap.harness.report.standings import standing
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.harness.stats.rounds import rounds_of, sound, without_request
from overlap.harness.stats.standing import ranked


def fastest(summary: Summary, panel: Panel) -> str | None:
    """
    Say which row of *panel* took the shortest time, and which are shown to take longer; None if none was finished.

    Rows with failed calls are out of the race: to give up early is not to be fast. So are those in which calls
    made no request: a cache's answers are no merit of the way in which it was asked.
    """
    every = rounds_of(summary.run)
    cached = {each.cell.id: without_request(sound(every.get(each.cell.id, ()))) for _, each in panel.rows}
    rows = {each.cell.id: (label, each) for label, each in panel.rows if _whole(each) and not cached[each.cell.id]}
    failed = [label for label, each in panel.rows if each.errors]
    unasked = [label for label, each in panel.rows if cached[each.cell.id] and not each.errors]
    sentences = [_race(summary, panel.phrase, rows)] if rows else []
    sentences += [f"Left out, since calls failed: {listed(failed)}."] if failed and rows else []
    sentences += (
        [f"Not compared, since calls made no request, as with a cache: {listed(unasked)}."] if unasked else []
    )
    return " ".join(sentences) or None


def _whole(each: CellSummary) -> bool:
    return "makespan" in each.metrics and not each.errors


def _race(summary: Summary, where: str, rows: dict[str, tuple[str, CellSummary]]) -> str:
    ranking = ranked(summary.run, [each.cell for _, each in rows.values()], "makespan")
    best = ranking.best if ranking else min(rows, key=lambda name: rows[name][1].metrics["makespan"].value)
    label, first = rows[best]
    total = first.metrics["makespan"]
    by = scale("ns", [each.metrics["makespan"].value for _, each in rows.values()])
    share = f", {_possible(first)}" if "overlap" in first.metrics else ""
    if len(rows) == 1:
        return f"{where}, {label} took {spell_out(total, by)}{share} ({count(first.calls, 'call')})."
    if ranking is None or total.low is None:
        return (
            f"{where}, {label} took least, {spell_out(total, by)}{share}, in {count(total.rounds, 'round')}: "
            "too few to say whether by chance."
        )
    rest = standing(ranking, lambda name: rows[name][0])
    return f"{where}, {label} took least: {spell_out(total, by)}{share}. {rest}"


def _possible(each: CellSummary) -> str:
    """Say how near a row came to what the server's schedule allows, and what that does not count."""
    share = spell_out(each.metrics["overlap"])
    own = each.metrics.get("owned.between")
    if own is None or not own.value:
        return f"{share} of the possible"
    return f"{share} of what the server's schedule alone allows (steps between requests are not in it)"
