"""Ctrl-C waits for what cannot be done twice."""

import signal
from threading import Thread

import pytest

from overlap.harness.host.defer_signals import uninterrupted


def test_ctrl_c_comes_when_the_block_is_done():
    """It is neither lost nor early."""
    done = []

    def work():
        with uninterrupted():
            signal.raise_signal(signal.SIGINT)
            done.append("the rest of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["the rest of it"]


def test_a_block_that_fails_fails_as_it_would():
    """Its own error is the one that is seen, and the handlers are as they were."""
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="mine"), uninterrupted():
        raise ValueError("mine")
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_has_nothing_to_hold_back():
    """Handlers can be set by the main thread alone; a run that is led from elsewhere goes on without."""
    ran = []

    def work():
        with uninterrupted():
            ran.append(True)

    thread = Thread(target=work)
    thread.start()
    thread.join()
    assert ran == [True]
