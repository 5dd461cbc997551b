"""Facts and judges: what is missing is never judged upon."""

from dataclasses import dataclass
from types import ModuleType

import pytest

from overlap.harness.claims import facts
from overlap.harness.claims.verdict import HOLDS, NOT_JUDGED, ClaimVerdict
from overlap.harness.store.typed import Misfit


@dataclass(frozen=True)
class Inner:
    """A fact within a fact."""

    b: int


@dataclass(frozen=True)
class Outer:
    """The facts of the claim below."""

    a: Inner
    c: int
    named: dict[str, list[int]]


def judge(measured):
    """Hold where the ratio is above one."""
    return ClaimVerdict(HOLDS, f"{measured.a.b / measured.c:.1f}, {measured.named['some'][0]}")


def verdict(**changed):
    """The verdict on facts that are complete, but for what is *changed*."""
    module = ModuleType("c99_it_is_so")
    module.Facts, module.judge = Outer, judge
    return facts.judged(module, {"a": {"b": 3}, "c": 2, "named": {"some": [7]}} | changed)


def test_a_judge_reads_facts_by_name():
    """Nested ones too; what another version has measured as well is passed over."""
    assert verdict() == verdict(mood="good", a={"b": 3, "mood": "good"}) == ClaimVerdict(HOLDS, "1.5, 7")


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"c": None}, "c"),
        ({"a": {}}, "b"),
        ({"a": {"b": None}}, "b"),
        ({"named": {}}, "some"),
        ({"named": {"some": None}}, "some"),
    ],
)
def test_a_fact_that_is_missing_or_unknown_is_named(changed, name):
    """None is unknown, and unknown is not zero."""
    assert verdict(**changed) == ClaimVerdict(NOT_JUDGED, f"{name} was not measured")


@pytest.mark.parametrize("changed", [{"c": 0}, {"named": {"some": []}}])
def test_nothing_to_divide_by_is_nothing_to_judge_by(changed):
    """A time of zero is a measurement that failed; so is a list without a time."""
    assert verdict(**changed).word == NOT_JUDGED
    assert "too little" in verdict(**changed).evidence


def test_a_fact_of_another_type_is_an_error_and_no_verdict():
    """It is not missing: the experiment and its judge do not agree."""
    with pytest.raises(Misfit, match="c cannot be"):
        verdict(c="two")
