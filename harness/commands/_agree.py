"""Asks the user before anything is sent to a real endpoint, which may cost money."""

import sys

from overlap.harness.remote.visit import Ask
from overlap.harness.text.mistakes import Mistake


def agree(ask: Ask, *, yes: bool) -> None:
    """
    Show *ask* and wait for the user's "yes", unless *yes* is true or the endpoint is on this host.

    Raise `Mistake` if the user answers no, and if there is no terminal to ask on.
    """
    if yes or ask.free:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Mistake(f"this would send {ask}; nobody is here to be asked: say --yes")
    # The line must end with a newline, because the progress bar holds back unfinished lines.
    print(f"This will send {ask}.\nGo on? [y/N]", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise Mistake("nothing was sent")
