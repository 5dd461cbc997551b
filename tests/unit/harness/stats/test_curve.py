"""The knee of throughput against concurrency, found where it was put, and its absence said."""

from dataclasses import replace
from random import Random

import pytest

from overlap.harness.model.record import Cell
from overlap.harness.stats.curve import curves

AT = (1, 4, 16, 64)


def cells(*concurrency: int) -> list[Cell]:
    """One strategy at several concurrencies."""
    return [Cell("s", "chain", "gather", "asyncio", each) for each in concurrency]


def limited(most: float, noise: float = 0.01):
    """Latency 100 ms as long as there is room, then as much as *most* calls per 100 ms allow."""

    def took(cell, turn, _index):
        mood = Random(f"{cell.id} {turn}").lognormvariate(0, noise)
        return 100 * max(1.0, cell.concurrency / most) * mood

    return took


def only(run):
    """The run's single curve."""
    (curve,) = curves(run)
    return curve


@pytest.mark.parametrize(("most", "knee"), [(1, 1), (4, 4), (16, 16), (20, 16), (64, None), (1000, None)])
def test_the_knee_is_where_the_client_had_no_room_left(make_run, most, knee):
    """A client that can do so many at once: from there on more calls in flight bring nothing."""
    curve = only(make_run(cells(*AT), limited(most), calls=192))
    assert (curve.knee, curve.certain) == (knee, True)


def test_a_knee_is_named_in_a_sentence(make_run):
    """Where, and what going on from there brings."""
    text = str(only(make_run(cells(*AT), limited(16), calls=192)))
    assert text.startswith("The knee is at 16 in flight: from there 4 times as many bring ")
    assert text.endswith(" times the throughput.")


def test_the_absence_of_a_knee_is_named_in_a_sentence(make_run):
    """As far as was measured, and what the last step brought."""
    text = str(only(make_run(cells(*AT), limited(1000), calls=192)))
    assert text.startswith("No knee up to 64 in flight: the last step's 4 times as many bring 3.9")


def test_noise_that_hides_the_knee_is_admitted(make_run):
    """Twice as many bring 1.4 times the throughput, rounds 30 % apart: it may be a knee or not."""
    curve = only(
        make_run(
            cells(1, 2, 4),
            lambda c, t, _i: 100 * c.concurrency**0.5 * Random(f"{c.id}{t}").uniform(0.5, 2),
        )
    )
    assert not curve.certain
    assert str(curve).endswith("though the rounds differ too much to be sure.")


def test_throughput_that_falls_has_its_knee_where_it_was_highest(make_run):
    """Past the knee every call makes the others slower: quadratic cost."""
    took = {1: 100, 4: 100, 16: 100, 64: 800}
    curve = only(make_run(cells(*AT), lambda cell, turn, _index: took[cell.concurrency] + turn, calls=192))
    assert curve.knee == 16
    assert curve.steps[-1].elasticity.value < 0


def test_a_dip_from_which_throughput_recovers_is_no_knee(make_run):
    """The step from 4 to 16 stalls, the next makes up for it."""
    took = {1: 100, 4: 100, 16: 400, 64: 400}
    assert (
        only(make_run(cells(*AT), lambda cell, turn, _index: took[cell.concurrency] + turn, calls=192)).knee
        is None
    )


def test_cells_that_differ_in_more_than_concurrency_make_curves_of_their_own(make_run):
    """Two loops, two curves; in any order on file."""
    every = cells(16, 1, 4)
    both = every + [replace(cell, loop="uvloop") for cell in every]
    found = curves(make_run(both, limited(1000), calls=48))
    assert [[cell.concurrency for cell in curve.cells] for curve in found] == [[1, 4, 16]] * 2
    assert [curve.cells[0].loop for curve in found] == ["asyncio", "uvloop"]


def test_two_points_are_no_curve(make_run):
    """A line has no knee; and a cell that was never run is no point."""
    run = make_run(cells(1, 16), limited(4), calls=48)
    assert curves(run) == ()
    assert curves(replace(run, cells=(*run.cells, *cells(64)))) == ()


@pytest.mark.parametrize("spread", [1.0, 1.4])
@pytest.mark.parametrize("seed", range(3))
def test_an_ideal_client_has_no_knee_however_long_its_longest_calls_are(make_run, spread, seed):
    """Places that are never empty bring as much more as there are more of them, whatever latencies were drawn."""

    def took(_cell, turn, index):
        return 100 * Random(f"{seed} {turn} {index}").lognormvariate(0, spread)

    run = make_run(cells(1, 16, 64, 256), took, rounds=3, calls=768)
    curve = only(run)
    assert (curve.knee, curve.certain) == (None, True)
    assert all(step.elasticity.value == pytest.approx(1, abs=0.1) for step in curve.steps)


def test_one_wave_has_no_curve(make_run):
    """As many calls as places: the longest decides, and nothing is sustained."""
    assert curves(make_run(cells(16, 32, 64), 100, calls=64)) == ()
    assert curves(make_run(cells(16, 32, 64), 100, calls=192)) != ()


def test_the_calls_that_both_sides_of_a_step_have_are_compared(make_run):
    """Thirty calls at 1 and 480 at 16, of which the later ones take ten times as long: the client is ideal."""
    few = make_run(cells(1), lambda _c, _t, index: 100 + index, calls=30)
    rest = make_run(cells(4, 16), lambda _c, _t, index: 100 + index if index < 30 else 1000, calls=480)
    run = replace(few, cells=cells(*AT[:3]), slots=few.slots + rest.slots, calls=few.calls + rest.calls)
    assert only(run).knee is None
