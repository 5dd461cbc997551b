"""What every export owes: the numbers of a run in files of its own, whatever the run is like."""

import pytest

from overlap.harness import registry
from overlap.harness.model.record import Cell
from overlap.harness.report.build import EXPORTS
from overlap.harness.report.pages import FORMATS
from overlap.harness.stats.summary import summarise
from overlap.harness.store.run_files import read

NAMES = registry.names(EXPORTS)


def _files(name, summary):
    try:
        return registry.load(EXPORTS, name).files(summary)
    except LookupError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module", params=[0, 2], ids=["a run without a call", "a run"])
def summary(request, make_shared_run, many_cells):
    """Runs for all exports to read."""
    return summarise(read(make_shared_run(many_cells, rounds=request.param)))


@pytest.mark.parametrize("name", NAMES)
def test_an_export_answers_named_files(name, summary):
    """An empty run is exported as well: its files are there, and hold no rows."""
    found = _files(name, summary)
    assert found
    assert all(isinstance(content, bytes) and content for content in found.values())


@pytest.mark.parametrize("name", NAMES)
def test_an_export_bears_runs_of_which_every_call_failed(name, make_run):
    """What is unknown of a failed call is no reason to fail."""
    cell = Cell("only", "chain", "gather", "asyncio", 2)
    assert _files(name, summarise(read(make_run([cell], failing=[cell.id]))))


def test_no_export_is_named_like_a_format():
    """One list of names is enough to choose from both."""
    assert not set(NAMES) & set(registry.names(FORMATS))
