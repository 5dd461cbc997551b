"""What every kind of arrivals owes: times of a seed alone that never go back, and settings that are checked."""

import inspect
from itertools import islice, pairwise

import pytest

from overlap.harness import registry
from overlap.harness.model.arrivals_spec import FOLDER, read
from overlap.harness.text.mistakes import Mistake

NAMES = registry.names(FOLDER)
every_kind = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def words(tmp_path):
    """Return how to spell a kind with all that it needs."""
    file = tmp_path / "conv.csv"
    lines = [f"{second},{100 + second},{10 + second}" for second in range(200)]
    file.write_text("\n".join(["TIMESTAMP,ContextTokens,GeneratedTokens", *lines]) + "\n")

    def spell(name):
        parameters = inspect.signature(registry.load(FOLDER, name).due_times).parameters.values()
        needed = [each for each in parameters if each.kind is each.KEYWORD_ONLY and each.default is each.empty]
        values = {each.name.rstrip("_"): str(file) if each.annotation is str else "20" for each in needed}
        return ",".join([name, *(f"{key}={value}" for key, value in values.items())])

    return spell


@every_kind
def test_the_same_seed_gives_the_same_times(name, words):
    """However often it is asked: several processes draw one schedule and take their parts of it."""
    arrivals = read(words(name))
    first, again = (list(islice(arrivals.due_times(7), 100)) for _ in range(2))
    assert first == again
    assert len(first) == 100


@every_kind
def test_times_are_whole_nanoseconds_from_the_start_that_never_go_back(name, words):
    """The first call is due at once, or a little later, and none before the one ahead of it."""
    due = list(islice(read(words(name)).due_times(7), 150))
    assert all(isinstance(each, int) for each in due)
    assert 0 <= due[0] < 1e9
    assert all(later >= earlier for earlier, later in pairwise(due))


@every_kind
def test_a_kind_that_has_lengths_has_one_for_each_time(name, words):
    """Prompt and answer, in tokens, both known or both unknown."""
    arrivals = read(words(name))
    sizes = list(islice(arrivals.sizes(7), 150))
    assert len(sizes) == len(list(islice(arrivals.due_times(7), 150)))
    assert all(size is None or (size[0] >= 0 and size[1] >= 1) for size in sizes)
    assert arrivals.ends == (sizes[0] is not None)


@every_kind
def test_settings_that_make_no_sense_are_refused_in_one_line(name, words):
    """No number, below zero, zero, huge: said before anything is started."""
    module = registry.load(FOLDER, name)
    for each in inspect.signature(module.due_times).parameters.values():
        if each.kind is not each.KEYWORD_ONLY or each.annotation is str:
            continue
        for bad in ("-1", "1e300", "nan", "inf", "much"):
            pairs = dict(part.split("=") for part in words(name).split(",")[1:]) | {each.name.rstrip("_"): bad}
            with pytest.raises(Mistake) as refused:
                read(",".join([name, *(f"{key}={value}" for key, value in pairs.items())]))
            assert "\n" not in str(refused.value)
            assert each.name.rstrip("_") in str(refused.value)


@every_kind
def test_a_kind_says_what_it_is(name):
    """The first line of its docstring is its help."""
    assert len(registry.help_text(FOLDER, name)) > 20
