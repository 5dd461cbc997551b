"""Which request gets which fault: scripted by number, tag, attempt and model, or drawn from the seed."""

import pytest

from overlap.mock_server.behaviour.rules import RequestFacts, first, rule


def facts(
    number: int = 1, tag: str | None = "000001", attempt: int | None = None, model: str = "m"
) -> RequestFacts:
    """Return the facts of a request."""
    return RequestFacts(tag or f"#{number}", number, tag, attempt, model)


@pytest.mark.parametrize(
    ("words", "hit", "miss"),
    [
        ("cut,nth=3", facts(3), facts(4)),
        ("cut,every=4", facts(8), facts(9)),
        ("cut,tag=000007", facts(tag="000007"), facts(tag="000008")),
        ("cut,tag=000007", facts(tag="r003.000007"), facts(tag="r007.000008")),
        ("cut,tag=r003.000007", facts(tag="r003.000007"), facts(tag="r004.000007")),
        ("cut,attempt=0", facts(), facts(attempt=1)),
        ("cut,attempt=1", facts(attempt=1), facts()),
        ("cut,model=slow", facts(model="slow"), facts(model="fast")),
        ("cut,nth=3,model=slow", facts(3, model="slow"), facts(3)),
    ],
)
def test_a_rule_applies_to_whom_it_says(words, hit, miss):
    """All that is said must hold."""
    assert rule(words).applies(hit, seed=0)
    assert not rule(words).applies(miss, seed=0)


def test_a_rate_is_drawn_from_seed_and_call():
    """A tenth of the calls, the same tenth every time, another tenth for another seed."""
    one = rule("status,code=500,rate=0.1")
    chosen = [[one.applies(facts(n, f"{n:06d}"), seed) for n in range(5000)] for seed in (1, 1, 2)]
    assert chosen[0] == chosen[1] != chosen[2]
    # Five standard deviations of a binomial with p = 0.1 and n = 5000 are 106.
    assert abs(sum(chosen[0]) - 500) < 106


def test_a_retry_is_drawn_anew():
    """Half of the calls fail; of their second attempts, half again."""
    one = rule("status,rate=0.5")
    failed = [n for n in range(2000) if one.applies(facts(n, f"{n:06d}", attempt=0), 0)]
    again = [n for n in failed if one.applies(facts(n, f"{n:06d}", attempt=1), 0)]
    assert abs(len(again) / len(failed) - 0.5) < 5 * (0.25 / len(failed)) ** 0.5


def test_the_first_rule_that_applies_is_the_one():
    """Rules are tried in the order they were given."""
    rules = [rule("cut,nth=2"), rule("stall")]
    assert first(rules, facts(2), 0) is rules[0]
    assert first(rules, facts(1), 0) is rules[1]
    assert first([], facts(1), 0) is None
