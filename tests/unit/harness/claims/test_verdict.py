"""Facts and judges: what is missing is never judged upon."""

from overlap.harness.claims.verdict import HOLDS, NOT_JUDGED, ClaimVerdict, total


@total
def judge(facts):
    """Hold where the ratio is above one."""
    return ClaimVerdict(HOLDS, f"{facts['a']['b'] / facts['c']:.1f}")


def test_a_judge_reads_facts_by_name():
    """Nested ones too."""
    assert judge({"a": {"b": 3}, "c": 2}) == ClaimVerdict(HOLDS, "1.5")


def test_a_fact_that_is_missing_or_unknown_is_named():
    """None is unknown, and unknown is not zero."""
    assert judge({"a": {"b": 3}}) == ClaimVerdict(NOT_JUDGED, "c was not measured")
    assert judge({"a": {"b": None}, "c": 2}) == ClaimVerdict(NOT_JUDGED, "b was not measured")


def test_nothing_to_divide_by_is_nothing_to_judge_by():
    """A time of zero is a measurement that failed."""
    verdict = judge({"a": {"b": 3}, "c": 0})
    assert verdict.word == NOT_JUDGED
    assert "too little" in verdict.evidence
