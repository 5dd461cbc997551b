"""Chooses how many calls a slot makes: enough for its figures, and for about the requested duration."""

from math import ceil

# With 200 calls, a p95 has ten beyond it (overlap.harness.stats.quantiles).
FOR_P95 = 200
# How much longer than asked a slot may last for the sake of a p95.
STRETCH = 1.5


def sized(calls: int, took: float, seconds: float, concurrency: int) -> int:
    """
    Return how many calls last *seconds*, where *calls* took *took* seconds; whole waves of *concurrency*.

    Two waves at least; 200 calls, where these do not last more than half as long again as asked.

    >>> sized(32, 0.08, 0.4, 16), sized(32, 0.16, 0.4, 16), sized(8, 1.0, 0.4, 16)
    (208, 80, 32)
    """
    each = took / calls
    wanted = seconds / each if each > 0 else FOR_P95
    if wanted < FOR_P95 and FOR_P95 * each <= seconds * STRETCH:
        wanted = FOR_P95
    return max(2, ceil(wanted / concurrency)) * concurrency
