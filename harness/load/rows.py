"""
Locust's table, made precise: E2E, TTFT, ITL and TPOT as rows of their own, percentiles that are not rounded.

Only E2E is a request to Locust, so that its totals, rates and charts count each call once; the other rows are
written past the total.
"""

from itertools import pairwise
from typing import Any

from locust import stats
from locust.env import Environment

from overlap.harness.load.call_log import Beside
from overlap.harness.model.record import LEFT, STOPPED
from overlap.harness.probe import CallMark


class Failed(Exception):
    """A call that failed, by kind; what Locust's table of failures shows."""

    def __repr__(self) -> str:
        return str(self)


def precise(value: float) -> float:
    """
    Round a latency in ms as the table keeps it: to 10 µs below a second, to 100 µs above.

    Locust keeps two digits, which is 5 % of anything. Kept as they are, a long run's table would be as large as
    its list of calls, which the run's folder has anyway.
    """
    return round(value, 2 if value < 1000 else 1)


def _shown(value: float, digits: int = 2) -> float:
    return round(value, max(digits, 2))


def sharpen() -> None:
    """Replace Locust's rounding in this process; the first of the two is documented for that."""
    module: Any = stats
    module.bucket_response_time = precise
    module.proper_round = _shown


def log(  # noqa: PLR0913  what Locust and the mark know of one call, nothing more
    environment: Environment, name: str, mark: CallMark, length: int, *, heard: Beside, streamed: bool
) -> None:
    """Enter one ended call; TPOT has a row only where the stream says how long its answer is."""
    start = mark.sent if mark.item.due is None else mark.item.due
    left = mark.error in {LEFT, STOPPED}
    failed = Failed(mark.error) if mark.error and not left else None
    request: Any = environment.events.request
    request.fire(
        request_type="E2E",
        name=name,
        # Without a time: how long a failure took, or a call that was cut off, says nothing about an answer, and
        # would move the percentiles.
        response_time=None if failed or left else (mark.done - start) / 1e6,
        response_length=length,
        exception=failed,
        context={},
    )
    chunks = mark.chunks
    if not streamed or not chunks:
        return
    table: Any = environment.stats
    first = chunks[0] if heard.reasoning is None else min(chunks[0], heard.reasoning)
    table.get(name, "TTFT").log((first - start) / 1e6, 0)
    if len(chunks) > 1:
        gaps = table.get(name, "ITL")
        for earlier, later in pairwise(chunks):
            gaps.log((later - earlier) / 1e6, 0)
        if heard.tokens is not None and heard.tokens > 1:
            table.get(name, "TPOT").log((chunks[-1] - chunks[0]) / (heard.tokens - 1) / 1e6, 0)
