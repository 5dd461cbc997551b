"""How many calls a slot of the gate has."""

import pytest

from overlap.harness.gate.measure.slot_size import sized


@pytest.mark.parametrize(
    ("calls", "took", "concurrency", "expected"),
    [
        (64, 0.064, 16, 400),  # 1 ms each: 400 calls last 0.4 s
        (64, 0.16, 16, 208),  # 2.5 ms each: 160 would do, but 200 last only a quarter longer, and carry a p95
        (64, 0.256, 16, 112),  # 4 ms each: 200 would last twice as long
        (64, 0.64, 16, 48),  # 10 ms each: 200 would last 2 s, so there is no p95
        (4, 20.0, 2, 4),  # 5 s each: two waves all the same
        (1, 0.001, 1, 400),
    ],
)
def test_a_slot_lasts_as_asked_and_carries_a_p95_where_that_is_cheap(calls, took, concurrency, expected):
    """Whole waves, two at least."""
    assert sized(calls, took, 0.4, concurrency) == expected
