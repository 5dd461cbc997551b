"""Runs the checks, one process for each core."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from time import monotonic

from overlap.harness import registry
from overlap.harness.proof.row import ProofRow

CHECKS = "overlap.harness.proof.checks"


def rows_of(name: str) -> tuple[str, list[ProofRow], float]:
    """Return the title (the docstring's first line), the rows and the seconds of the check called *name*."""
    started = monotonic()
    check = registry.load(CHECKS, name)
    rows = list(check.rows())
    return (check.__doc__ or name).strip().partition("\n")[0].rstrip("."), rows, monotonic() - started


def groups_of(names: Sequence[str], workers: int) -> Iterator[tuple[str, list[ProofRow], float]]:
    """Yield title, rows and seconds of each check in the order of *names*, computed by *workers* processes."""
    # A check may start threads and servers of its own: a forked process would inherit half of them.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(rows_of, names)
