"""Limits that read well and cannot be meant: two that exclude each other, and milliseconds taken for seconds."""

from collections.abc import Iterable, Sequence

from overlap.harness.gate.budgets.limit import OF_SLOTS, Limit, Term
from overlap.harness.gate.budgets.places import LimitPlace
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly

NANOSECONDS = 1e9
# A limit on a time so many times what was measured was hardly meant in seconds.
FAR = 100.0
_UPPER, _LOWER = ("<=", "<", "=="), (">=", ">", "==")


def check(held: Iterable[tuple[str, LimitPlace, Limit]]) -> None:
    """Raise `Mistake` if two limits on one thing in one run cannot both be kept, whatever is measured."""
    together: dict[tuple[str, LimitPlace, Term, Term | None], list[Limit]] = {}
    for run, place, limit in held:
        together.setdefault((run, place, limit.left, limit.right), []).append(limit)
    for (_, place, *_), limits in together.items():
        if pair := _contradiction(limits):
            first, second = pair
            raise Mistake(
                f"{first.text!r} and {second.text!r} cannot both be kept, and both are for {place.cell.id}"
            )


def _contradiction(limits: Sequence[Limit]) -> tuple[Limit, Limit] | None:
    for low in (each for each in limits if each.operator in _LOWER):
        for high in (each for each in limits if each.operator in _UPPER):
            strict = low.bound == high.bound and {low.operator, high.operator} & {"<", ">"}
            if low.bound > high.bound or strict:
                return (low, high) if limits.index(low) < limits.index(high) else (high, low)
    return None


def refuse_milliseconds(limit: Limit, value: float | None, timeout: float | None) -> None:
    """
    Raise `Mistake` for a limit on the time of a call that is longer than its *timeout*, in seconds.

    *value* is what was measured. A call of many requests may take longer than the timeout of one: a limit that is
    near to what was measured is meant so.
    """
    if not _is_far(limit, value) or limit.left.metric in OF_SLOTS or timeout is None:
        return
    seconds = limit.bound / NANOSECONDS
    if seconds > timeout:
        raise Mistake(
            f"{limit.text!r}: {exactly(seconds)} s is longer than the run's timeout of {exactly(timeout)} s, and "
            f"more than {FAR:.0f} times what was measured; times are seconds: {_in_seconds(seconds, 'is')}"
        )


def far(limit: Limit, value: float | None) -> str:
    """Return a sentence if a limit which was kept is far from what was measured; "" if it is not."""
    if not _is_far(limit, value) or not value:
        return ""
    seconds = limit.bound / NANOSECONDS
    times = f"the limit is {limit.bound / value:,.0f} times what was measured"
    return f"{times}; times are seconds: {_in_seconds(seconds, 'would be')}"


def _in_seconds(milliseconds: float, verb: str) -> str:
    """Write what a number of milliseconds is in seconds."""
    return f"{exactly(milliseconds)} ms {verb} {exactly(milliseconds / 1000)}"


def _is_far(limit: Limit, value: float | None) -> bool:
    upper = limit.operator in {"<=", "<"} and limit.unit == "ns"
    return upper and value is not None and 0 < value * FAR <= limit.bound
