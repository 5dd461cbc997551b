"""How far off is what we measure, by client layer and concurrency?"""

from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import in_each, without_interval
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "answer", "prompts"]

# A schedule known to the nanosecond: 16 tokens, the first after 50 ms, one every 5 ms. Whatever comes out
# different is the machine's, the harness's and the client layer's doing.
PLAN = (
    Plan(
        strategies=("astream_many",),
        clients=("floor", "aiohttp", "httpx2", "openai", "langchain", "chain"),
        concurrency=(1, 16, 64),
        waves=3,
        calls=4,
        profile="steady,ttft=0.05,itl=0.005",
        tokens=16,
        sequential_up_to=1,
    ),
)

SCENARIO = "accuracy"
LATE = "ttft_error.p50"


def answer(summary: Summary) -> str | None:
    """Say for each number of streams how late the first token was seen, and how much of the ideal was reached."""
    return in_each(summary, SCENARIO, _answer, "client", "loop", "concurrency")


def _answer(summary: Summary) -> str | None:
    widths = sorted({each.cell.concurrency for each in summary.of(scenario=SCENARIO)})
    sentences = [sentence for width in widths if (sentence := _at(summary, width))]
    if not sentences:
        return None
    return (
        f"First token later than planned by (median), and share of the ideal throughput: {'. '.join(sentences)}."
    )


def _at(summary: Summary, streams: int) -> str | None:
    cells = [each for each in summary.of(scenario=SCENARIO, concurrency=streams) if each.metrics]
    several = len({each.cell.loop for each in cells}) > 1
    names = {f"{each.cell.client} on {each.cell.loop}" if several else each.cell.client: each for each in cells}
    # Of a client without one of its figures the other is told, and none is left out in silence.
    sentences = [
        f"{name} {without_interval(each, LATE, 'unknown')} and {without_interval(each, 'overlap', 'unknown')}"
        for name, each in names.items()
    ]
    return f"{streams:,} at once, {'; '.join(sentences)}" if sentences else None


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
