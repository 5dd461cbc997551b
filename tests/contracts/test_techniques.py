"""The table of techniques in scenarios/README.md: what it names is there, and no technique lacks an example."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from overlap.harness import registry

CLAIMS = "overlap.scenarios.claims"
TEXT = (Path(__file__).parents[2] / "scenarios" / "README.md").read_text(encoding="utf-8")
ROWS = {
    cells[0]: cells[1:]
    for line in TEXT.partition("## Techniques")[2].partition("##")[0].splitlines()
    if line.startswith("| ") and (cells := [cell.strip() for cell in line.strip("|").split("|")])[0] != "technique"
}
# What the three tutorials show, in the words of the table.
SHOWN = {
    "`ainvoke`",
    "`abatch`",
    "`astream`",
    "`gather`",
    "`Semaphore`",
    "`return_exceptions`",
    "`run_in_executor`",
    "RunnableLambda, sync",
    "RunnableLambda, async",
    "RunnableSequence",
    "RunnableParallel",
    "async generators",
    "FastAPI",
    "notebook `await`",
}


def test_every_technique_of_the_tutorials_has_a_row():
    """What somebody learned from them can be looked up."""
    assert set(ROWS) >= SHOWN


@pytest.mark.parametrize("technique", ROWS)
def test_a_row_names_what_there_is(technique):
    """Seeds, scenarios and claims that were renamed are renamed here too, and none is without an example."""
    seeds, scenarios, claims = ROWS[technique]
    named = [re.findall(r"`([a-z0-9_]+)`", cell) for cell in (scenarios, claims)]
    assert set(seeds.split(", ")) <= set(import_module(CLAIMS).SEEDS)
    assert set(named[0]) <= set(registry.names("overlap.scenarios"))
    assert set(named[1]) <= set(registry.names(CLAIMS))
    assert named[0] or named[1]
