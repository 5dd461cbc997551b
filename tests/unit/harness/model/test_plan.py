"""The plan: which cells come of a scenario once a configuration has had its say."""

from types import SimpleNamespace

import pytest

from overlap.harness.model import plan as planning
from overlap.harness.model.config import config_from
from overlap.harness.model.plan import Plan, expand, settled

ALL = ["invoke", "ainvoke", "batch", "abatch", "abatch_as_completed", "stream", "astream"]


def test_no_strategies_means_all_that_the_application_has_the_method_for():
    """An application that can only be awaited is not asked to be invoked."""
    cells = list(expand("s", Plan(clients=("c",)), {("c", ""): ["ainvoke"]}, 5))
    assert cells
    needs = {planning.registry.load(planning.STRATEGIES, each.cell.strategy).NEEDS for each in cells}
    assert needs == {"ainvoke"}


def test_a_strategy_asked_for_by_name_must_apply():
    """Who asks for `abatch` of an application without it is told so, not given an empty table."""
    plan = Plan(clients=("c",), strategies=("abatch",))
    with pytest.raises(LookupError, match="abatch"):
        list(expand("s", plan, {("c", ""): ["ainvoke"]}, 5))


def test_sequential_strategies_stop_at_their_limit():
    """One call in flight gives the same figures at any concurrency, at ever more cost."""
    plan = Plan(clients=("c",), strategies=("invoke", "gather"), concurrency=(1, 64), sequential_up_to=16)
    found = [(each.cell.strategy, each.cell.concurrency) for each in expand("s", plan, {("c", ""): ALL}, 5)]
    assert found == [("invoke", 1), ("gather", 1), ("gather", 64)]


def test_who_asks_for_a_concurrency_by_name_gets_it_for_every_strategy():
    """A flag outranks the limit for sequential strategies."""
    plan = settled(config_from({"concurrency": "64"}), Plan(clients=("c",), strategies=("invoke",)))
    assert [each.cell.concurrency for each in expand("s", plan, {("c", ""): ALL}, 5)] == [64]


def test_the_configuration_outranks_the_scenario():
    """Whatever is said on the command line replaces what the scenario says."""
    plan = settled(
        config_from({"clients": "openai", "loops": "uvloop", "calls": "9", "rounds": "2", "tokens": "4"}),
        Plan(clients=("chain",), waves=4, calls=1, rounds=7, tokens=8),
    )
    [planned] = expand("s", Plan(**{**_as_dict(plan), "strategies": ("gather",)}), {("openai", ""): ALL}, 5)
    assert (planned.cell.client, planned.cell.loop) == ("openai", "uvloop")
    assert (planned.calls, planned.rounds, planned.tokens) == (9, 2, 4)


def test_a_slot_makes_whole_waves_but_never_too_few_calls():
    """Two waves of 16 are 32 calls; at concurrency 1 the least number counts."""
    plan = Plan(waves=2, calls=5)
    assert [plan.made(concurrency) for concurrency in (1, 16)] == [5, 32]


def _as_dict(plan):
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}


def test_variants_are_an_axis_of_cells():
    """Each way of building the application is a cell of its own, and so is its name."""
    plan = Plan(clients=("c",), strategies=("gather",), variants=("6", "64"))
    found = list(expand("s", plan, {("c", "6"): ALL, ("c", "64"): ALL}, 5))
    assert [each.cell.id for each in found] == ["s/c/gather/asyncio/16/6", "s/c/gather/asyncio/16/64"]


def test_the_words_for_the_server_go_with_the_plan():
    """Faults and limits belong to a part of a scenario, and get a server of their own."""
    plan = Plan(clients=("c",), strategies=("gather",), server=("--rpm", "60"))
    [planned] = expand("s", plan, {("c", ""): ALL}, 5)
    assert planned.server == ("--rpm", "60")


def test_a_scenario_in_parts_runs_those_that_have_the_variants_asked_for():
    """Parts differ in their server, so a variant belongs to the part that names it."""
    parts = (Plan(variants=("a", "b")), Plan(variants=("c",)))
    assert [plan.variants for plan in planning.varied("s", parts, ("b",))] == [("b",)]
    assert planning.varied("s", parts, ()) == parts
    with pytest.raises(LookupError, match="no variant 'd' of s; there are: a, b, c"):
        planning.varied("s", parts, ("a", "d"))


def test_a_scenario_of_one_part_takes_variants_it_does_not_list():
    """A size is a variant too: which ones make sense, its application knows."""
    [plan] = planning.varied("s", (Plan(variants=("6", "64")),), ("7",))
    assert plan.variants == ("7",)


def test_a_scenario_without_variants_says_so():
    """Nothing is silently ignored."""
    with pytest.raises(LookupError, match="it has none"):
        planning.varied("s", (Plan(),), ("a",))


def test_a_missing_package_is_named_with_the_extra_that_brings_it(monkeypatch):
    """One line tells what to install, before anything is started."""
    module = SimpleNamespace(PLAN=(Plan(),), PACKAGES={"no_such_package": "agents"})
    monkeypatch.setattr(planning.registry, "load", lambda *_: module)
    with pytest.raises(LookupError, match=r"s needs the package no_such_package.*overlap-bench\[agents\]"):
        planning.plans(config_from({}), "s")


def test_an_open_loop_has_as_many_calls_as_are_due_and_strategies_that_can_offer_one():
    """Places are the largest concurrency of the plan; what starts each call at once is not sequential any more."""
    plan = Plan(clients=("c",), strategies=("ainvoke", "gather", "thread_pool"), concurrency=(1, 64))
    made = settled(config_from({"arrivals": "constant,rate=20", "duration": 3}), plan)
    found = list(expand("s", made, {("c", ""): ALL}, 5))
    assert [(each.cell.strategy, each.cell.concurrency, each.calls) for each in found] == [
        ("ainvoke", 64, 60),
        ("thread_pool", 64, 60),
    ]
    assert {each.arrivals for each in found} == {each.cell.arrivals for each in found} == {"constant,rate=20"}


def test_a_strategy_without_an_open_loop_is_refused_by_name():
    """Who asks for `abatch` of calls that come one by one is told what there is."""
    with pytest.raises(LookupError, match=r"abatch has no open loop; these have: .*ainvoke"):
        settled(config_from({"arrivals": "constant,rate=20", "strategies": "abatch"}), Plan())
