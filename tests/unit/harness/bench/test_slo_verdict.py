"""Whether a rate was held: by the share of calls that was shown, and by a queue that does not grow."""

import pytest

from overlap.harness.model.slo_verdict import BATCHES, SlotFigures, figures, hopeless, kept_briefly, verdict

SECOND = 1_000_000_000


def slot(missed=0, calls=1200, growth=0.0):
    """Made-up figures: *missed* of the calls after the first third, spread evenly over the parts."""
    counted = calls * 2 // 3
    each = missed / counted
    return SlotFigures(100.0, calls, calls - missed, counted, (each,) * BATCHES, growth, calls / 100)


def queue(rate, capacity, calls=2000, own=0.1):
    """Return the (due, latency, kept) of calls that come evenly to a service that does *capacity* a second."""
    waits, free = [], 0.0
    for number in range(calls):
        due = number / rate
        begin = max(due, free)
        free = begin + 1 / capacity
        wait = begin + own - due
        waits.append((round(due * 1e9), round(wait * 1e9), wait <= 2))
    return waits


def test_growth_by_hand():
    """103 come where 100 can be done: latency grows by 3 % of the time, and at 97 not at all."""
    over, under = figures(103, queue(103, 100)), figures(97, queue(97, 100))
    assert over.growth == pytest.approx(0.03, rel=0.02)
    assert under.growth == pytest.approx(0, abs=1e-6)
    # Every call of both kept the limit: only the growth tells them apart.
    assert over.kept == under.kept == 2000
    assert not verdict([over], 0.99).held
    assert verdict([over], 0.99).missed
    assert verdict([under], 0.99).held


def test_a_few_milliseconds_in_a_short_slot_are_no_growth():
    """Ten calls in 0.09 s, the last 3 ms slower than the first: 38 ms a second, and nothing but noise."""
    short = SlotFigures(100.0, 10, 10, 7, (0.0,) * 7, 0.038, 0.09)
    assert kept_briefly(short, 0.5)
    assert verdict([short], 0.5).held
    assert not verdict([SlotFigures(100.0, 10, 10, 7, (0.0,) * 7, 0.2, 0.09)], 0.5).held


def test_figures_by_hand():
    """Twelve calls, one a second: the last eight count, in eight parts of one; the ninth missed."""
    waits = [(number * SECOND, SECOND // 10, number != 8) for number in range(12)]
    seen = figures(1.0, waits[::-1])
    assert (seen.calls, seen.kept, seen.counted, seen.seconds) == (12, 11, 8, 11.0)
    assert seen.batches == (0, 0, 0, 0, 1, 0, 0, 0)


def test_a_share_is_held_where_enough_calls_show_it():
    """Of 2,400 calls none may be taken for 99 % with 8 missed in 800; with none missed it is shown."""
    assert verdict([slot()] * 3, 0.99).held
    assert verdict([slot(missed=2)] * 3, 0.99).held
    close = verdict([slot(missed=8)] * 3, 0.99)
    assert (close.held, close.missed) == (False, False)
    assert verdict([slot(missed=24)] * 3, 0.99).missed


def test_too_few_calls_show_nothing():
    """A hundred calls, none of which missed: 99 % is neither shown nor refuted."""
    few = verdict([slot(calls=150)], 0.99)
    assert (few.held, few.missed, few.share) == (False, False, 1.0)
    assert few.low < 0.99 < few.high


def test_calls_that_miss_together_count_as_fewer():
    """The same number of misses in one part of eight shows less than spread over all of them."""
    spread = slot(missed=4)
    burst = SlotFigures(100.0, 1200, 1196, 800, (0.04, *(0,) * 7), 0.0, 12.0)
    assert verdict([burst] * 3, 0.99).low < verdict([spread] * 3, 0.99).low


def test_latency_that_rose_in_one_slot_of_three_is_neither():
    """It may be the luck of that slot's arrivals: the rate was not held, and was not shown to be missed."""
    mixed = verdict([slot(growth=0.06), slot(), slot()], 0.99)
    assert (mixed.held, mixed.missed) == (False, False)
    assert verdict([slot(growth=0.02)] * 3, 0.99).missed


def test_all_of_the_calls_means_all():
    """A share of 1 is held where none missed, and missed by one."""
    assert verdict([slot()], 1.0).held
    assert not verdict([slot(missed=1)], 1.0).held


def test_a_rate_is_given_up_where_later_rounds_cannot_save_it():
    """Of 3 x 1,200 calls 36 may miss; two slots of three that grew are most of them."""
    assert hopeless([slot(missed=37)], 3, 0.99)
    assert not hopeless([slot(missed=36)], 3, 0.99)
    assert hopeless([slot(growth=0.1)] * 2, 3, 0.99)
    assert not hopeless([slot(growth=0.1)], 3, 0.99)


def test_a_brief_slot_is_kept_by_its_own_share_and_its_growth():
    """No confidence is asked of it: it only says where to look."""
    assert kept_briefly(slot(missed=8, calls=1200), 0.99)
    assert not kept_briefly(slot(missed=13, calls=1200), 0.99)
    assert not kept_briefly(slot(growth=0.02), 0.99)
