"""
One limit, read from a line as people write it: `ttft.p95 <= 0.4`, `cpu(chain)/cpu(openai) <= 2.2`.

    limit = term [ "/" term ] ( "<=" | "<" | ">=" | ">" | "==" ) number
    term  = metric [ "(" [ axis "=" ] name ")" ]

Times are seconds and shares fractions, whatever unit the metric is kept in. A name is a client, a strategy, a
loop, a variant or a concurrency; which of them is found out from the run, unless the line says it.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import count
from math import isfinite

from overlap.harness.report.figures import listed
from overlap.harness.stats.columns import OF_CALLS, names, of_name
from overlap.harness.stats.columns import OF_SLOTS as _OF_SLOTS
from overlap.harness.stats.goodput import GOODPUT
from overlap.harness.text.choices import quoted
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly

AXES = ("client", "strategy", "loop", "variant", "concurrency")
OF_SLOTS = _OF_SLOTS | {metric.name: metric for metric in GOODPUT}
# Counted, not timed: judged by every round, with no interval.
EXACT = frozenset({"requests_per_call", "peak", "connections", "opened", "errors", "pool.count", "gc.count"})
HOLDS: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}
# What a number on the line is multiplied by, for a metric kept in that unit.
_KEPT_IN = {"ns": 1e9, "%": 100.0}
# A share beyond this was meant in percent.
_LARGEST_SHARE = 10.0
_LINE = re.compile(
    r"(?P<left>[^<>=/]+(?:\([^()]*\))?)(?:/(?P<right>[^<>=/]+(?:\([^()]*\))?))?\s*"
    r"(?P<operator><=|>=|==|<|>)\s*(?P<bound>[-+.\w]+)"
)
_TERM = re.compile(
    r"(?P<metric>[A-Za-z_][\w.]*)\s*(?:\(\s*(?:(?P<axis>\w+)\s*=\s*)?(?P<name>[^()]*[^()\s])\s*\))?"
)
_BRACKETS = re.compile(r"\([^()]*\)")
_SHAPE = "a limit looks like: ttft.p95 <= 0.4, or cpu(chain)/cpu(openai) <= 2.2"


@dataclass(frozen=True, slots=True)
class Term:
    """One metric, of the cell itself or of the one that is like it but for *name*; *axis* is None if not said."""

    metric: str
    name: str | None = None
    axis: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """
    What a cell must keep: `left` [/ `right`] `operator` `bound`.

    `bound` is in the metric's own unit (`unit`: ns, %, ...), or a plain number for a ratio; `text` is the line.
    """

    text: str
    left: Term
    right: Term | None
    operator: str
    bound: float
    unit: str

    @property
    def exact(self) -> bool:
        """Return whether every round must keep the limit, since its metric is a count."""
        return self.right is None and self.left.metric in EXACT

    def holds(self, value: float) -> bool:
        """Return whether *value*, in the metric's own unit, keeps the limit."""
        return HOLDS[self.operator](value, self.bound)


def limit(text: str) -> Limit:
    """
    Read one limit. Raises `Mistake` that quotes the line and says what there is instead.

    >>> limit("ttft.p95 <= 0.4").bound, limit("overlap >= 0.9").bound, limit("cpu(chain)/cpu(openai) <= 2").right
    (400000000.0, 90.0, Term(metric='cpu', name='openai', axis=None))
    """
    # A name may have strokes and signs of its own: what stands in brackets is put aside while the line is cut.
    aside = _BRACKETS.findall(text)
    places = count()
    bare = _BRACKETS.sub(lambda _: f"({next(places)})", text.strip())
    parts = _LINE.fullmatch(bare)
    if not parts:
        raise Mistake(f"{text!r}: {_SHAPE}")
    left, right = (_term(parts[side], aside, text) if parts[side] else None for side in ("left", "right"))
    assert left is not None
    _check(left, right, parts["operator"], text)
    unit = "" if right else _unit(left)
    return Limit(text.strip(), left, right, parts["operator"], _bound(parts["bound"], unit, text), unit)


def _term(words: str, aside: list[str], text: str) -> Term:
    whole = re.sub(r"\((\d+)\)", lambda match: aside[int(match[1])], words.strip())
    parts = _TERM.fullmatch(whole)
    if not parts:
        raise Mistake(f"{text!r}: {_SHAPE}")
    metric, axis = parts["metric"], parts["axis"]
    if metric in OF_CALLS:
        raise Mistake(f"{text!r}: {metric} needs a percentile: {metric}.p50, {metric}.p95 or {metric}.p99")
    if metric not in OF_SLOTS:
        try:
            _, q = of_name(metric)
        except LookupError:
            raise Mistake(f"{quoted(text)}: no metric {quoted(metric)}; there are: {_nearest(metric)}") from None
        if not 0 < q < 1:
            raise Mistake(f"{text!r}: {metric} is no percentile; they go from p1 to p99")
    if axis and axis not in AXES:
        raise Mistake(f"{text!r}: no axis {axis!r}; there are: {', '.join(AXES)}")
    return Term(metric, parts["name"], axis)


def _nearest(metric: str) -> str:
    """Name the metrics that come nearest to *metric*, and how many others there are."""
    there = [*names(), *(each.name for each in GOODPUT)]
    near = get_close_matches(metric, there, n=3, cutoff=0.75)
    return listed([*near, *(each for each in there if each not in near)], 6)


def _check(left: Term, right: Term | None, sign: str, text: str) -> None:
    """Refuse what reads well and means nothing."""
    if right is None:
        if left.name:
            raise Mistake(
                f"{text!r}: one cell is named by cells = …; a name in brackets is for ratios: "
                f"{left.metric}({left.name})/{left.metric}(…)"
            )
        if sign == "==" and left.metric not in EXACT:
            counters = ", ".join(sorted(EXACT))
            raise Mistake(f"{text!r}: what is measured equals nothing exactly; == is for {counters}")
        return
    if (left.name is None) != (right.name is None):
        raise Mistake(f"{text!r}: both sides of a ratio are named, or neither is")
    if left == right:
        raise Mistake(f"{text!r}: both sides are the same")
    if _unit(left) != _unit(right):
        raise Mistake(f"{text!r}: {left.metric} and {right.metric} have no unit in common")
    if sign == "==":
        raise Mistake(f"{text!r}: a ratio equals nothing exactly; use <= or >=")


def _unit(term: Term) -> str:
    return OF_SLOTS[term.metric].unit if term.metric in OF_SLOTS else of_name(term.metric)[0].unit


def _bound(words: str, unit: str, text: str) -> float:
    try:
        number = float(words)
    except ValueError:
        number = float("nan")
    if not isfinite(number):
        raise Mistake(f"{text!r}: {words!r} is no number; times are seconds, as in 0.4")
    if unit == "%" and abs(number) > _LARGEST_SHARE:
        raise Mistake(f"{text!r}: a share is a fraction: {exactly(number / 100)} for {exactly(number)} %")
    return number * _KEPT_IN.get(unit, 1.0)
