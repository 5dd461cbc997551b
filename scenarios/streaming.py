"""When does the caller of a stream see its first token, and how evenly do the others come?"""

from overlap.harness.model.plan import Plan
from overlap.harness.report.figures import listed, spell_out
from overlap.harness.stats.cells import CellSummary, Summary
from overlap.scenarios._cells import in_each, sorted_by, standings
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "prompts"]

# One stream alone varies little: three rounds tell.
PLAN = tuple(
    Plan(
        strategies=("astream_many",),
        clients=("aiohttp", "openai", "chain"),
        concurrency=(streams,),
        calls=2,
        rounds=rounds,
        profile="steady,ttft=0.05,itl=0.01",
        tokens=16,
    )
    for streams, rounds in ((1, 3), (32, None))
)

SCENARIO = "streaming"


def answer(summary: Summary) -> str | None:
    """Say for each number of streams when the first token comes by layer, and which is shown to be later."""
    return in_each(summary, SCENARIO, _answer, "client", "loop", "concurrency")


def _answer(summary: Summary) -> str | None:
    widths = sorted({each.cell.concurrency for each in summary.of(scenario=SCENARIO)})
    sentences = [sentence for width in widths if (sentence := _at(summary, width))]
    return " ".join(sentences) or None


def _at(summary: Summary, streams: int) -> str | None:
    where = {"scenario": SCENARIO, "concurrency": streams}
    cells = sorted_by(summary, "ttft.p50", **where)
    if not cells:
        return None
    every = [each for each in summary.of(**where) if each.metrics]
    several = len({each.cell.loop for each in every}) > 1
    names = {
        each.cell.id: f"{each.cell.client} on {each.cell.loop}" if several else each.cell.client for each in every
    }
    sentences = [f"{names[each.cell.id]} {spell_out(each.metrics['ttft.p50'])}, {_pace(each)}" for each in cells]
    if missing := [names[each.cell.id] for each in every if "ttft.p50" not in each.metrics]:
        sentences.append(f"not known of {listed(missing)}")
    word = "stream" if streams == 1 else "streams at once"
    first = f"{streams} {word}, first token (median): {'; '.join(sentences)}."
    ranking = standings(summary, cells, "ttft.p50")
    if ranking is None or not ranking.worse | ranking.rest:
        return first
    from overlap.harness.report.standings import standing

    rest = standing(ranking, names.__getitem__, worse=("is later", "are later"), than="as late")
    return f"{first} Measured soonest with {names[ranking.best]}. {rest}"


def _pace(cell: CellSummary) -> str:
    """Write how evenly the other tokens come, or that it is not known."""
    return (
        f"then every {spell_out(cell.metrics['itl.p50'])}" if "itl.p50" in cell.metrics else "its pace not known"
    )


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
