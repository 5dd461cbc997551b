"""What a load run may be asked for, and what is refused before anything starts."""

import pytest

from overlap.harness.load.config import config_from
from overlap.harness.text.mistakes import Mistake


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
        ({"max_errors": "many"}, "max_errors cannot be 'many'"),
        ({"results": ""}, "results cannot be ''"),
        ({"file": ""}, "file cannot be ''"),
        ({"profile": "steady\udcff"}, "profile cannot be"),
        ({"users": 1.5}, "users cannot be '1.5'"),
        ({"users": True}, "users cannot be 'True'"),
        ({"users": ["1"]}, "users cannot be"),
        ({"user": "3"}, "no option 'user'; did you mean users?"),
        ({"max_errors": "101%"}, "max_errors cannot be '101%'"),
        ({"mix": True}, "a mix needs the endpoints"),
        ({"host": "http://127.0.0.1:1", "fault": "cut"}, "with --host there is none"),
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


def test_a_framework_that_is_not_installed_is_named_with_its_extra(monkeypatch):
    """The line can be copied; a service of somebody's own needs no framework of ours."""
    monkeypatch.setattr("overlap.harness.load.config.find_spec", lambda _: None)
    with pytest.raises(Mistake, match=r"pip install 'overlap-bench\[django\]'"):
        config_from({"framework": "django"})
    assert config_from({"framework": "django", "host": "http://127.0.0.1:1"}).framework == "django"


@pytest.mark.parametrize(
    ("words", "mixed"),
    [
        ({"file": __file__}, True),
        ({"file": __file__, "endpoint": "A,B"}, False),
        ({"file": __file__, "endpoint": "A,B", "mix": True}, True),
        ({"endpoint": "ainvoke,stream", "mix": True}, True),
        ({"endpoint": "ainvoke,stream"}, False),
    ],
)
def test_a_locustfile_is_a_mix_of_its_users_unless_some_are_named(words, mixed):
    """As Locust has it; endpoints that are named are run one after another, unless a mix is asked for."""
    assert config_from(words).mixed is mixed
