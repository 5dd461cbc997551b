"""When does the caller of a stream see its first token, and how evenly do the others come?"""

from harness.plan import Plan
from harness.report.figures import told
from harness.stats.cells import Summary
from scenarios._cells import by
from scenarios._questions import questions as prompts

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
    """Say for each number of streams through which layer the first token comes soonest and latest."""
    widths = sorted({each.cell.concurrency for each in summary.of(scenario=SCENARIO)})
    said = [sentence for width in widths if (sentence := _at(summary, width))]
    return " ".join(said) or None


def _at(summary: Summary, streams: int) -> str | None:
    cells = by(summary, "ttft.p50", scenario=SCENARIO, concurrency=streams)
    if not cells:
        return None
    said = [
        f"{each.cell.client} {told(each.metrics['ttft.p50'])}, then every {told(each.metrics['itl.p50'])}"
        for each in (cells[:1] if len(cells) == 1 else (cells[0], cells[-1]))
        if "itl.p50" in each.metrics
    ]
    word = "stream" if streams == 1 else "streams at once"
    return f"{streams} {word}, first token (median): {'; '.join(said)}."


if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
