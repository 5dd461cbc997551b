"""The entries of run.json as records: what is there is read, and what is of another kind is as nobody said it."""

from dataclasses import replace
from pathlib import Path

import pytest

from overlap.harness.stats.goodput import slo_of
from overlap.harness.store.run_files import Run
from overlap.harness.store.run_header import (
    ConfigNotes,
    CutShort,
    EndpointUse,
    EndpointVerdict,
    LoadNotes,
    LoadVerdict,
    MissingSlot,
    RunHeader,
    ScenarioNotes,
    header_from,
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
    header = header_from(ABOUT | {"mood": "good"})
    assert header == RunHeader(
        "n",
        "2026-01-02T03:04:05",
        "failed",
        "the disk is full",
        ConfigNotes(30.0),
        {"s": ScenarioNotes("Why?", ("odd",), ("no c",), {"e2e": 1.0}), "t": None},
        (MissingSlot("a", 0, "it died"), MissingSlot("b", 0), MissingSlot("a", 2, "again")),
        CutShort(2, 4),
        EndpointUse(model="m", requests=7, wait=1.5e9, budget={"requests": 9}),
        LoadNotes(9, 10, slo=LoadVerdict(None, "met", (EndpointVerdict("a", kept=3),)), notes=("n",)),
    )
    assert (header.reasons("a"), header.reasons("c")) == (["it died", "again"], [])
    assert (header.scenario("s").oddities, header.scenario("s").omissions) == (["odd"], ["no c"])
    assert header.scenario("t") == header.scenario("nowhere") == ScenarioNotes()


@pytest.mark.parametrize("name", [name for name in ABOUT if name != "format"])
@pytest.mark.parametrize("value", [5, [5], {"s": 5}, True])
def test_an_entry_of_another_kind_takes_no_other_with_it(name, value):
    """It is None, or an empty record if it is an object without a known key; every other entry is as it was."""
    header = header_from({**ABOUT, name: value})
    empty = (
        {"config": ConfigNotes(), "cut_short": CutShort(), "endpoint": EndpointUse(), "load": LoadNotes()}
        if value == {"s": 5}
        else {}
    )
    assert getattr(header, name) == empty.get(name)
    others = {each: getattr(header, each) for each in RunHeader.__slots__ if each != name}
    assert others == {each: getattr(header_from(ABOUT), each) for each in others}


def test_a_run_whose_json_is_replaced_has_the_header_of_the_new_one():
    """The two never differ, however a run is made."""
    run = Run(Path("x"), ABOUT, (), (), ())
    assert run.header.state == "failed"
    assert replace(run, about=ABOUT | {"state": "finished"}).header.state == "finished"


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
    found = slo_of(header_from({"scenarios": {"s": {"slo": slo}}}), "s")
    assert (found and found.limits) == limits
