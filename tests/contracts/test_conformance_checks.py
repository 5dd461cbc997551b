"""What every check of the conformance suite owes its reader, tried on whatever checks there are."""

import inspect

import pytest

from mock_server import registry
from mock_server.conformance import suite

EACH = [(group, check) for group in registry.names(suite.CHECKS) for check in suite.checks(group)]


@pytest.mark.parametrize("check", [pytest.param(check, id=f"{group}.{check.__name__}") for group, check in EACH])
def test_a_check_is_a_sentence_and_takes_a_url(check):
    """The sentence is what the table shows; the URL is all a check is told."""
    assert suite.sentence(check).endswith(".")
    assert list(inspect.signature(check).parameters) == ["url"]


@pytest.mark.parametrize("group", registry.names(suite.CHECKS))
def test_a_module_of_checks_has_some(group):
    """A file without a check would look like a client that was tried."""
    assert suite.checks(group)


def test_no_two_checks_of_a_group_say_the_same():
    """A row of the table names its check."""
    said = [(group, suite.sentence(check)) for group, check in EACH]
    assert len(set(said)) == len(said)
