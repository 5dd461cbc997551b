"""Runs every check there is against one server and tells what came of each."""

import inspect
from collections.abc import Callable, Iterator
from typing import NamedTuple

from overlap.mock_server.options import registry

CHECKS = "overlap.mock_server.conformance.checks"


class CheckResult(NamedTuple):
    """One check: the client or part it belongs to, its sentence, and the deviation, None where there is none."""

    group: str
    sentence: str
    deviation: str | None


def checks(group: str) -> list[Callable[[str], None]]:
    """Return the checks of the module called *group*, in the order they are written."""
    module = registry.load(CHECKS, group)
    actual = inspect.getmembers(
        module, lambda item: inspect.isfunction(item) and item.__module__ == module.__name__
    )
    public = [function for name, function in actual if not name.startswith("_")]
    return sorted(public, key=lambda function: function.__code__.co_firstlineno)


def sentence(check: Callable[[str], None]) -> str:
    """Return what *check* says should be so."""
    return (inspect.getdoc(check) or "").splitlines()[0]


def run(url: str) -> Iterator[CheckResult]:
    """Yield the outcome of each check against the server at *url*, one after another."""
    for group in registry.names(CHECKS):
        for check in checks(group):
            deviation = None
            # Whatever a client library raises is a deviation: it did not get what it takes for granted.
            try:
                check(url)
            except Exception as error:  # noqa: BLE001
                deviation = f"{type(error).__name__}: {error}".split("\n", 1)[0][:300]
            yield CheckResult(group, sentence(check), deviation)
