"""Which cells of the two sides are measured against each other."""

from dataclasses import dataclass

import pytest

from overlap.harness.gate.measure.cells import twins
from overlap.harness.model.plan import Plan
from overlap.harness.text.mistakes import Mistake


@dataclass
class Arms:
    """Settings of one arm."""

    client: str | None = None
    loop: str | None = None
    strategy: str | None = None


PLAN = Plan(strategies=("gather", "invoke"), clients=("chain",), concurrency=(4,))


def _has(*names):
    return lambda _arm, _planned: names


def test_arms_alike_measure_the_same_cells():
    """Each by its own name."""
    found = twins([("regressions", PLAN)], Arms(), Arms(), _has("invoke", "ainvoke"))
    assert [twin.name for twin in found] == [
        "regressions/chain/gather/asyncio/4",
        "regressions/chain/invoke/asyncio/4",
    ]
    assert all(twin.base == twin.candidate for twin in found)


def test_what_sets_the_arms_apart_is_a_star_in_the_name():
    """httpx2 against aiohttp: one cell, measured with either."""
    found = twins(
        [("regressions", PLAN)], Arms(client="httpx2"), Arms(client="aiohttp", loop="uvloop"), _has("ainvoke")
    )
    [twin] = found
    assert twin.name == "regressions/*/gather/*/4"
    assert (twin.base.cell.client, twin.base.cell.loop) == ("httpx2", "asyncio")
    assert (twin.candidate.cell.client, twin.candidate.cell.loop) == ("aiohttp", "uvloop")


def test_a_strategy_against_another_is_one_cell():
    """The plan's own strategies do not matter then."""
    [twin] = twins(
        [("regressions", PLAN)], Arms(strategy="gather"), Arms(strategy="abatch"), _has("ainvoke", "abatch")
    )
    assert (twin.base.cell.strategy, twin.candidate.cell.strategy) == ("gather", "abatch")


def test_what_applies_in_one_arm_only_cannot_be_compared():
    """Aiohttp has no `invoke`; where nothing is left, that is said."""
    methods = {"base": ("invoke", "ainvoke"), "candidate": ("ainvoke",)}
    found = twins([("regressions", PLAN)], Arms(), Arms(), lambda arm, _: methods[arm])
    assert [twin.base.cell.strategy for twin in found] == ["gather"]
    with pytest.raises(Mistake, match="nothing to measure"):
        twins([("regressions", PLAN)], Arms(), Arms(), lambda arm, _: methods[arm] if arm == "base" else ())
