"""File descriptors: raised where that is allowed, refused beforehand where it is not, named where they run out."""

import errno
import subprocess
import sys

import pytest

from overlap.harness.host.descriptors import RESERVE, shortage
from overlap.harness.host.owned.children import Child
from overlap.harness.probe import name

LIMITED = """
import resource, sys
from overlap.harness.model.config import Mistake
from overlap.harness.host.descriptors import allow
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
try:
    allow({at_once})
except Mistake as mistake:
    print(mistake)
print(*resource.getrlimit(resource.RLIMIT_NOFILE))
"""
# It opens files until it may open no more.
HOG = """
import resource, time
resource.setrlimit(resource.RLIMIT_NOFILE, (50, 50))
held = []
try:
    while True: held.append(open("/dev/null"))
except OSError:
    print("full", flush=True)
time.sleep(60)
"""


def limited(soft: int, hard: int, at_once: int) -> list[str]:
    """Return what a process says that is limited so and wants so many connections."""
    code = LIMITED.format(soft=soft, hard=hard, at_once=at_once)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_a_soft_limit_is_raised_as_far_as_needed_and_no_other_is_touched():
    """500 connections take 540; whoever may have more already keeps that."""
    assert RESERVE == 40
    assert limited(64, 1000, 500) == ["540 1000"]
    assert limited(64, 540, 500) == ["540 540"]
    assert limited(600, 1000, 500) == ["600 1000"]


def test_a_hard_limit_that_does_not_suffice_is_a_mistake_with_both_numbers():
    """Before anything is started; what is in flight is the user's to choose."""
    said, limits = limited(64, 539, 500)
    assert said.startswith("500 connections at once take 540 file descriptors a process, which may have 539:")
    assert "ulimit -n 540" in said
    assert limits == "64 539"


@pytest.mark.skipif(sys.platform != "linux", reason="found by /proc")
def test_who_has_run_out_of_descriptors_is_named():
    """By what it was started as; nobody is, while there is room."""
    assert shortage() is None
    hog = Child([sys.executable, "-c", HOG, "overlap.mock_server"], stdout=subprocess.PIPE)
    try:
        assert hog.stdout.readline() == b"full\n"
        said = "the mock server has 50 of the 50 file descriptors open that it may have (ulimit -n)"
        assert shortage() == said
    finally:
        hog.discard()


def test_a_call_that_failed_for_want_of_them_says_so_however_often_it_was_wrapped():
    """Other errors of the system do not; nor does one that is its own cause."""

    def wrapped(number: int) -> BaseException:
        outer = ConnectionError()
        outer.__cause__ = RuntimeError()
        outer.__cause__.__context__ = OSError(number, "words")
        return outer

    assert name(wrapped(errno.EMFILE)) == "ConnectionError (too many open files)"
    assert name(wrapped(errno.ENFILE)) == "ConnectionError (too many open files)"
    assert name(wrapped(errno.ECONNREFUSED)) == "ConnectionError"
    loop = ValueError()
    loop.__context__ = KeyError()
    loop.__context__.__context__ = loop
    assert name(loop) == "ValueError"
