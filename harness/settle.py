"""Collects garbage before a slot is timed, so that it does not pay for the one before."""

import gc
from functools import cache


def settle() -> None:
    """
    Collect garbage.

    What importing left behind is frozen once a launch: traversing it takes 0.1 s, and would fall upon whichever
    slot happens to set off a full collection. The collector itself stays on: its pauses are part of what the
    code under test costs.
    """
    gc.collect()
    _freeze_once()


@cache
def _freeze_once() -> None:
    # Remembered here: to ask the collector whether it has frozen anything walks all of it, 40 ms a slot.
    gc.freeze()
