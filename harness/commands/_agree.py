"""Asks before a real endpoint is sent anything that somebody may have to pay for."""

import sys

from overlap.harness.remote.visit import Ask
from overlap.harness.text.mistakes import Mistake


def agree(ask: Ask, *, yes: bool) -> None:
    """
    Show *ask* and wait for a yes, unless *yes* has said so already or the endpoint is on this host.

    Raises `Mistake` where the answer is no, and where there is nobody to ask.
    """
    if yes or ask.free:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Mistake(f"this would send {ask}; nobody is here to be asked: say --yes")
    # A line of its own: the progress bar holds back what does not end in one.
    print(f"This will send {ask}.\nGo on? [y/N]", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise Mistake("nothing was sent")
