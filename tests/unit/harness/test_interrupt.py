"""Signals that must not get lost."""

import os
import signal

import pytest

from harness import interrupt


@pytest.fixture(autouse=True)
def _as_before():
    """Give the process its own handlers back, and forget what was asked."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    interrupt.catch()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_was_swallowed_is_raised_at_the_next_step(number):
    """Python prints and forgets what a finalizer or a fork hook raises; the next check raises it once more."""
    signal.signal(number, signal.default_int_handler)
    interrupt.catch()
    interrupt.check()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)
    with pytest.raises(KeyboardInterrupt):
        interrupt.check()


def test_who_was_told_to_ignore_ctrl_c_goes_on_ignoring_it():
    """A shell's background job; SIGTERM is heard all the same."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    interrupt.catch()
    os.kill(os.getpid(), signal.SIGINT)
    interrupt.check()
