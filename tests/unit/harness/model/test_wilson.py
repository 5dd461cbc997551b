"""Wilson's interval, against values worked by hand."""

import pytest

from overlap.harness.model.wilson import wilson


def test_nothing_hit_has_a_width():
    """0 of 15: z²/(n + z²) = 3.8416 / 18.8416."""
    assert wilson(0, 15) == pytest.approx((0, 0.2039), abs=1e-4)


def test_everything_hit_is_its_mirror_image():
    """15 of 15."""
    assert wilson(15, 15) == pytest.approx((0.7961, 1), abs=1e-4)


def test_half_by_hand():
    """50 of 100: 0.5 ± 1.96 · sqrt(0.25/100 + 1.96²/40000) / (1 + 1.96²/100)."""
    assert wilson(50, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
