"""The entries of run.json as records: what is there is read, and what is of another kind is as nobody said it."""

import pytest

from overlap.harness.stats.goodput import slo_of
from overlap.harness.store.run_about import (
    CutShort,
    EndpointUse,
    EndpointVerdict,
    LoadNotes,
    LoadVerdict,
    MissingSlot,
    RunAbout,
    ScenarioNotes,
    about_from,
)

ABOUT = {
    "format": 2,
    "name": "n",
    "time": "2026-01-02T03:04:05",
    "state": "failed",
    "reason": "the disk is full",
    "config": {"timeout": 30, "seed": 7},
    "scenarios": {"s": {"question": "Why?", "notes": ["odd"], "left_out": ["no c"], "slo": {"e2e": 1}}, "t": None},
    "missing": [
        {"cell": "a", "round": 0, "reason": "it died"},
        {"cell": "b", "round": 0, "reason": None},
        {"cell": "a", "round": 2, "reason": "again"},
    ],
    "cut_short": {"rounds": 2, "slots": 4},
    "endpoint": {"model": "m", "requests": 7, "wait": 1_500_000_000, "budget": {"requests": 9}, "reason": None},
    "load": {
        "calls": 9,
        "due": 10,
        "slo": {"said": "met", "endpoints": [{"endpoint": "a", "kept": 3}]},
        "notes": ["n"],
    },
}


def test_every_entry_is_read_into_its_record():
    """What a newer version adds beside it is passed over."""
    about, faults = about_from(ABOUT | {"mood": "good"})
    assert faults == []
    assert about == RunAbout(
        format=2,
        name="n",
        time="2026-01-02T03:04:05",
        state="failed",
        reason="the disk is full",
        config={"timeout": 30, "seed": 7},
        scenarios={
            "s": ScenarioNotes(question="Why?", notes=("odd",), left_out=("no c",), slo={"e2e": 1}),
            "t": None,
        },
        missing=(
            MissingSlot(cell="a", round=0, reason="it died"),
            MissingSlot(cell="b", round=0),
            MissingSlot(cell="a", round=2, reason="again"),
        ),
        cut_short=CutShort(rounds=2, slots=4),
        endpoint=EndpointUse(model="m", requests=7, wait=1_500_000_000, budget={"requests": 9}),
        load=LoadNotes(
            calls=9,
            due=10,
            slo=LoadVerdict(said="met", endpoints=(EndpointVerdict(endpoint="a", kept=3),)),
            notes=("n",),
        ),
    )
    assert (about.reasons("a"), about.reasons("c"), about.timeout) == (["it died", "again"], [], 30)
    assert (about.scenario("s").oddities, about.scenario("s").omissions) == (["odd"], ["no c"])
    assert about.scenario("t") == about.scenario("nowhere") == ScenarioNotes()


@pytest.mark.parametrize("name", [name for name in ABOUT if name != "format"])
@pytest.mark.parametrize("value", [5, [5], {"s": [[5]]}, True])
def test_an_entry_of_another_kind_takes_no_other_with_it(name, value):
    """It is None and told, or an empty record if it is an object without a known key; the others stay."""
    about, faults = about_from({**ABOUT, name: value})
    empty = (
        {"cut_short": CutShort(), "endpoint": EndpointUse(), "load": LoadNotes()}
        if isinstance(value, dict)
        else {}
    )
    assert getattr(about, name) == empty.get(name)
    assert [fault.endswith(f", so {name} is left out") for fault in faults] == ([] if name in empty else [True])
    others = {each: getattr(about, each) for each in RunAbout.__struct_fields__ if each != name}
    assert others == {each: getattr(about_from(ABOUT)[0], each) for each in others}


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ({"slots": -1}, "slots cannot be -1"),
        ({"slots": True}, "slots cannot be true"),
        ({"entered": 2**64 - 1}, "entered cannot be 18446744073709551615"),
        ({"load": {"failures": {"a": 1, "b": -2}}}, "load.failures.b cannot be -2"),
        ({"search": {"slo": {"e2e": 1e300}}}, "search.slo.e2e cannot be 1e+300"),
        ({"config": {"seed": {}}}, "config.seed cannot be {}"),
        ({"environment": {"packages": {"a": "1", "b": 2}}}, "environment.packages.b cannot be 2"),
    ],
)
def test_a_value_that_cannot_be_is_told_with_its_place(entry, place):
    """Of counts none is below zero, and no figure is larger than can be shown."""
    [name] = entry
    assert about_from(entry)[1] == [f"run.json: {place}, so {name} is left out"]


@pytest.mark.parametrize(
    ("slo", "limits"),
    [
        ({"e2e": 2, "ttft": 1.5}, {"e2e": 2, "ttft": 1.5}),
        ({"e2e": 2, "ttft": None}, None),
        ({"speed": 1}, None),
        ({"e2e": 0}, None),
        ({}, None),
    ],
)
def test_an_objective_of_which_a_part_is_not_known_is_none(slo, limits):
    """What is left of it would be easier to keep than what was asked for."""
    found = slo_of(about_from({"scenarios": {"s": {"slo": slo}}})[0], "s")
    assert (found and found.limits) == limits
