"""What a load run may be asked for, and what is refused before anything starts."""

import pytest

from harness.config import Mistake
from harness.load.config import config_from


def test_words_become_what_the_fields_are():
    """Numbers, lists and times, as a command line has them."""
    config = config_from({"users": "64", "time": "30", "endpoint": "ainvoke, stream", "rate": None})
    assert (config.users, config.time, config.endpoint, config.rate) == (64, 30.0, ("ainvoke", "stream"), None)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"users": "0"}, "users must lie between 1"),
        ({"users": "many"}, "users cannot be 'many'"),
        ({"endpoint": "nothing"}, "no endpoint 'nothing'; there are: invoke"),
        ({"endpoint": "ainvoke,chat"}, "two runs"),
        ({"framework": "django", "endpoint": "agent"}, "no endpoint 'agent' in Django"),
        ({"arrivals": "bursty"}, "no arrivals 'bursty'"),
        ({"rate": "0"}, "rate must lie"),
        ({"time": "nan"}, "time must lie"),
        ({"slo": "speed=1"}, "no metric of calls 'speed'"),
        ({"slo_share": "95"}, "slo_share must lie between 0 and 1"),
        ({"host": "localhost:80"}, "no http"),
        ({"file": "nowhere.py"}, "there is no file nowhere.py"),
        ({"port": "70000"}, "port must lie"),
        ({"name": "../up"}, "name may have"),
    ],
)
def test_what_no_run_could_mean_is_refused_in_one_line(words, said):
    """The message names what was asked and what there is."""
    with pytest.raises(Mistake, match=said) as refused:
        config_from(words)
    assert "\n" not in str(refused.value)


def test_an_open_loop_is_shared_by_all_processes():
    """Each draws the same schedule and takes its part, so each must know how many there are."""
    config = config_from({"rate": "200", "arrivals": "poisson", "processes": "4"})
    assert config.open_loop == {"arrivals": "poisson,rate=200", "seed": 7, "processes": 4}
    assert config_from({}).open_loop is None
