"""What a gate tells of counts and evidence is written in full, never as a power of ten."""

import pytest

from overlap.harness.gate.budgets.words import _range
from overlap.harness.gate.evidence.why import _evidence


def test_counts_are_written_in_full():
    """Above a million, `:g` would write 1.23457e+06."""
    assert _range([1234567.0]) == "1,234,567"
    assert _range([0.0, 2500000.0]) == "0 to 2,500,000"


@pytest.mark.parametrize(
    ("e", "said"), [(20.0, "20.0"), (1234.5, "1,234"), (999_999.0, "999,999"), (1e300, "over 1,000,000")]
)
def test_evidence_past_all_doubt_is_not_spelled_out(e, said):
    """An e-value of 300 digits says no more than one of seven."""
    assert _evidence(e) == said
