"""Signals that must not get lost."""

import os
import signal
import subprocess
import sys

import pytest

from overlap.harness.host import interrupt

BOTH = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])


@BOTH
def test_a_signal_that_was_swallowed_is_raised_at_the_next_step(number):
    """Python prints and forgets what a finalizer or a fork hook raises; the next check raises it once more."""
    with interrupt.catching():
        interrupt.check()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), number)
        with pytest.raises(KeyboardInterrupt):
            interrupt.check()


@BOTH
def test_of_a_signal_that_was_swallowed_no_traceback_is_printed(number, capsys):
    """It comes up again at the next step; what else a finalizer raises is printed as ever."""

    class Ending:
        def __init__(self, end):
            self.end = end

        def __del__(self):
            self.end()

    sys.unraisablehook, before = sys.__unraisablehook__, sys.unraisablehook
    try:
        with interrupt.catching():
            Ending(lambda: os.kill(os.getpid(), number))
            assert capsys.readouterr().err == ""
            with pytest.raises(KeyboardInterrupt):
                interrupt.check()
            Ending(lambda: 1 / 0)
            assert "ZeroDivisionError" in capsys.readouterr().err
    finally:
        sys.unraisablehook = before


@BOTH
def test_afterwards_the_handlers_are_as_before_and_nothing_is_remembered(number):
    """A process that calls a command and goes on is not interrupted later by what ended the command."""
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interrupt.catching():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before
    interrupt.check()


def test_who_was_told_to_ignore_ctrl_c_goes_on_ignoring_it():
    """A shell's background job; SIGTERM is heard all the same."""
    script = (
        "import os, signal; from overlap.harness.host import interrupt\n"
        "signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "with interrupt.catching():\n"
        "    os.kill(os.getpid(), signal.SIGINT); interrupt.check(); print('went on', flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGTERM); print('too far')\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, "KeyboardInterrupt" in done.stderr) == ("went on\n", True)


def test_a_command_called_from_python_leaves_the_callers_handlers_alone():
    """`overlap` is a function, too: what it catches, it catches while it runs."""
    from overlap.harness.cli import main

    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    main(["list", "strategies"], standalone_mode=False)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_what_comes_right_after_the_first_raises_nothing_and_is_remembered():
    """Ctrl-C three times in a row is one wish, and a hurry."""
    with interrupt.catching():
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        assert (interrupt.came(), interrupt.again()) == (True, False)
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupt.again()
        assert interrupt.reason() == "interrupted by Ctrl-C"
    assert not interrupt.came()


@BOTH
def test_a_signal_is_only_noted_while_a_run_is_closed(number):
    """It raises where somebody listens again, be it at once; the first one is no hurry, the second is."""
    with interrupt.catching(), interrupt.held():
        os.kill(os.getpid(), number)
        assert (interrupt.came(), interrupt.again()) == (True, False)
        os.kill(os.getpid(), number)
        assert interrupt.again()
        with pytest.raises(KeyboardInterrupt), interrupt.listening():
            pytest.fail("it was listened, and nothing was heard")


def test_a_signal_is_heard_where_somebody_listens_within_what_is_held():
    """A measurement can be interrupted; what comes before and after it cannot."""
    with interrupt.catching(), interrupt.held():
        with pytest.raises(KeyboardInterrupt), interrupt.listening():
            os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGTERM)
        assert interrupt.reason() == "interrupted by SIGTERM"
