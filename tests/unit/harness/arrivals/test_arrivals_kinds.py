"""Due times: absolute, at the rate that was asked for, as bursty as was asked for."""

from itertools import islice, pairwise
from statistics import mean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlap.harness.model.arrivals_spec import part, read
from overlap.harness.text.mistakes import Mistake

RATES = st.floats(0.01, 100_000)
SEEDS = st.integers(0, 2**32)


def gaps(words, count=20_000, seed=7):
    """Return the gaps between the first calls, in ns."""
    return [later - earlier for earlier, later in pairwise(islice(read(words).due_times(seed), count + 1))]


@pytest.mark.parametrize(("words", "cv"), [("constant", 0), ("poisson", 1), ("gamma,cv=0.5", 0.5), ("gamma", 2)])
def test_rate_and_burstiness_are_those_asked_for(words, cv):
    """The mean gap of 20,000 calls at 50 a second is 20 ms; four standard errors of it are 2.8 % times the cv."""
    found = gaps(f"{words},rate=50")
    assert mean(found) == pytest.approx(20e6, rel=0.028 * cv + 1e-9)
    # The sample's cv has a standard error of about 1 to 2 %, more for bursts.
    assert stdev(found) / mean(found) == pytest.approx(cv, rel=0.1, abs=1e-6)
    assert min(found) >= 0


@given(rate=RATES, seed=SEEDS, number=st.integers(0, 10_000))
def test_constant_arrivals_do_not_drift(rate, seed, number):
    """Each is due at a multiple of the gap: rounding does not add up."""
    [due] = islice(read(f"constant,rate={rate!r}").due_times(seed), number, number + 1)
    assert due == round(number / rate * 1e9)


@given(seed=SEEDS, rate=st.floats(0.1, 1000), times=st.floats(1.1, 100))
def test_a_higher_rate_is_the_same_pattern_squeezed(seed, rate, times):
    """Common random numbers: two rates are compared by the same bursts."""
    slow, fast = (list(islice(read(f"gamma,rate={each!r}").due_times(seed), 50)) for each in (rate, rate * times))
    assert fast == pytest.approx([due / times for due in slow], rel=1e-6, abs=2)


def test_random_arrivals_follow_the_seed():
    """The same seed the same schedule, another seed another one."""
    for kind in ("poisson", "gamma"):
        first, other = (list(islice(read(f"{kind},rate=50").due_times(seed), 20)) for seed in (1, 2))
        assert first != other


@given(
    first=st.floats(0, 500).filter(lambda rate: rate == 0 or rate > 0.001),
    last=st.floats(0.01, 500),
    over=st.floats(0.1, 20),
)
def test_a_ramp_has_had_as_many_calls_as_its_rate_adds_up_to(first, last, over):
    """By the end of the ramp that is the mean rate times its length; the first call at the start counts too."""
    times = read(f"ramp,from={first!r},to={last!r},over={over!r}").due_times(0)
    wanted = (first + last) / 2 * over
    due = list(islice(times, int(wanted) + 3))
    assert sum(each < over * 1e9 for each in due) == pytest.approx(wanted, abs=1.01)


def test_after_a_ramp_the_rate_stays():
    """From 0 to 10 a second in 2 seconds, by hand: the k-th call is due at the root of 2 k / 5 seconds."""
    due = list(islice(read("ramp,from=0,to=10,over=2").due_times(0), 31))
    assert due[:3] == [0, round(0.4**0.5 * 1e9), round(0.8**0.5 * 1e9)]
    assert [each / 1e9 for each in due[10::10]] == pytest.approx([2, 3, 4])


def test_a_ramp_down_to_nothing_ends():
    """From 10 a second to 0 in 2 seconds: ten calls, and the one at the start."""
    assert len(list(read("ramp,from=10,to=0,over=2").due_times(0))) == 11


def test_the_parts_make_up_the_whole():
    """Three processes that take a third each send what one would have sent, when it would have."""
    arrivals = read("poisson,rate=50")
    whole = list(islice(arrivals.due_times(7), 30))
    parts = [list(islice(part(arrivals.due_times(7), number, 3), 10)) for number in range(3)]
    assert sorted(due for each in parts for due in each) == whole


@pytest.mark.parametrize(
    ("words", "calls", "seconds", "count"),
    [
        ("constant,rate=50", None, None, 500),
        ("constant,rate=50", 7, None, 7),
        ("constant,rate=50", None, 2.0, 100),
        ("constant,rate=50", 7, 2.0, 7),
        ("constant,rate=50", 700, 2.0, 100),
    ],
)
def test_a_slot_makes_as_many_calls_as_are_due_in_its_time(words, calls, seconds, count):
    """By their number, or a time, or both; ten seconds where nothing is said."""
    assert read(words).count(7, calls, seconds) == count


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("bursty,rate=1", "no arrivals 'bursty'; there are: .*poisson"),
        ("poisson", "poisson needs rate"),
        ("poisson,rate", "'rate' in 'poisson,rate' is no setting"),
        ("poisson,rate=0", "rate must lie between 0.001 and 1000000, not 0"),
        ("poisson,rate=1,burst=2", "poisson has no setting 'burst'; it has: rate"),
        ("ramp,from=0,to=0", "from must lie"),
        ("trace,file=nowhere.csv", "nowhere.csv: No such file"),
    ],
)
def test_arrivals_that_cannot_be_are_refused_by_name(words, said):
    """The message says what there is."""
    with pytest.raises(Mistake, match=said):
        read(words)


@pytest.mark.parametrize(("words", "seconds"), [("constant,rate=100000", 10.0), ("poisson,rate=1e6", None)])
def test_more_calls_than_a_journal_holds_are_refused(words, seconds):
    """A slot whose calls nobody could account for is not begun."""
    with pytest.raises(Mistake, match="more than 100000 calls"):
        read(words).count(7, None, seconds)


def test_a_setting_from_elsewhere_wins():
    """A search for the highest rate sets it anew each time."""
    assert read("gamma,rate=1,cv=3", rate=12.5).words == "gamma,rate=12.5,cv=3"
