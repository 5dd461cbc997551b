"""What every check of the conformance suite owes its reader, tried on whatever checks there are."""

import inspect

import pytest

from overlap.mock_server.conformance import suite
from overlap.mock_server.options import registry

pytestmark = pytest.mark.langchain

# By name: a group's clients are imported by its tests, not by whoever collects them.
groups = pytest.mark.parametrize("group", registry.names(suite.CHECKS))


@groups
def test_a_check_is_a_sentence_and_takes_a_url(group):
    """The sentence is what the table shows; the URL is all a check is told."""
    for check in suite.checks(group):
        assert suite.sentence(check).endswith("."), check.__name__
        assert list(inspect.signature(check).parameters) == ["url"], check.__name__


@groups
def test_a_module_of_checks_has_some(group):
    """A file without a check would look like a client that was tried."""
    assert suite.checks(group)


@groups
def test_no_two_checks_of_a_group_say_the_same(group):
    """A row of the table names its check."""
    said = [suite.sentence(check) for check in suite.checks(group)]
    assert len(set(said)) == len(said)
