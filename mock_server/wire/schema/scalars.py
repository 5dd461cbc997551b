"""Candidates for a schema of one scalar type: the plain one first, then others, for arrays of unequal items."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from math import ceil, floor
from typing import Any

from overlap.mock_server.wire.schema import formats, pattern
from overlap.mock_server.wire.schema.merge import Schema
from overlap.mock_server.wire.schema.pattern_tree import Unmakeable

_LONGEST = 100_000
_VARIANTS = 1_000
_WORDS = "The waits of many requests overlap while each of them takes as long as it did before "
_HINTS = {
    "object": {"properties", "required", "additionalProperties", "patternProperties", "minProperties"},
    "array": {"items", "prefixItems", "minItems", "maxItems", "contains", "uniqueItems"},
    "string": {"pattern", "format", "minLength", "maxLength"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"},
}


def hinted(form: Schema) -> list[str]:
    """Return the types that the keywords of a schema without `type` speak of."""
    return [name for name, words in _HINTS.items() if words & form.keys()]


def candidates(name: str, form: Schema) -> Iterator[Any]:
    """Yield values of the type *name* that are likely valid under *form*."""
    if name == "null":
        yield None
    elif name == "boolean":
        yield from (True, False)
    elif name == "string":
        yield from _strings(form)
    else:
        yield from islice(_numbers(form, whole=name == "integer"), _VARIANTS)


def _step(form: Schema, *, whole: bool) -> Fraction | None:
    of = form.get("multipleOf")
    if of is None:
        return Fraction(1) if whole else None
    step = Fraction(str(of))
    # Whole multiples of a/b are the multiples of a, where the fraction is in lowest terms.
    return Fraction(step.numerator) if whole else step


def _numbers(form: Schema, *, whole: bool) -> Iterator[int | float]:
    low = max((Fraction(str(form[key])) for key in ("minimum", "exclusiveMinimum") if key in form), default=None)
    high = min((Fraction(str(form[key])) for key in ("maximum", "exclusiveMaximum") if key in form), default=None)
    step = _step(form, whole=whole)
    if step is None:
        middle = Fraction(1) if low is None and high is None else _between(low, high)
        yield _number(middle, whole=False)
        yield from (_number(edge, whole=False) for edge in (low, high) if edge is not None)
        step = Fraction(1, 2)
    start = ceil(low / step) if low is not None else min(1, floor(high / step) if high is not None else 1)
    if low is not None and low < step and (high is None or high >= step):
        start = max(start, 1)
    for i in range(_VARIANTS):
        yield _number((start + i) * step, whole=whole)
        yield _number((start - i) * step, whole=whole)


def _between(low: Fraction | None, high: Fraction | None) -> Fraction:
    if low is None:
        return (high or Fraction(0)) - 1
    return low + 1 if high is None else (low + high) / 2


def _number(value: Fraction, *, whole: bool) -> int | float:
    # Beyond 2**53 a JSON number is a float for most readers, and for the writer used here from 2**64 on.
    return int(value) if whole and value.denominator == 1 and abs(value) < 2**53 else float(value)


def _strings(form: Schema) -> Iterator[str]:
    least, most = form.get("minLength", 0), form.get("maxLength")
    if least > _LONGEST:
        raise Unmakeable("the schema wants too long a text")
    if "pattern" in form:
        yield pattern.make(form["pattern"], least, most)
        for longer in range(least + 1, min(least + 8, most or least + 8)):
            yield pattern.make(form["pattern"], longer, most)
    if formats.can_make(form.get("format", "")):
        yield formats.make(form["format"], least)
    plain = _WORDS[:17]
    if least > len(plain):
        plain = (_WORDS * (least // len(_WORDS) + 1))[:least]
    yield plain if most is None else plain[:most]
    yield from (plain[:length] for length in (least, least + 1) if length < (len(plain) if most is None else most))
    yield (_WORDS * 2)[: max(len(plain) * 2, 2 * least)][:most]
    for i in range(_VARIANTS):
        mark = f"{i + 2}"
        body = plain[: max((len(plain) if most is None else most) - len(mark), 0)]
        yield (body + mark)[:most]
