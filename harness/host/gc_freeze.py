"""Collects garbage before a slot is timed, so that it does not pay for the one before."""

import gc
import sys
from functools import cache


def settle(*, freeze: bool = True) -> None:
    """
    Collect garbage, and set aside for good what importing left behind, unless told not to *freeze*.

    Traversing that takes 0.1 s, and would fall upon whichever slot happens to set off a full collection. The
    collector itself stays on: its pauses are part of what the code under test costs.
    """
    gc.collect()
    if freeze:
        _freeze(len(sys.modules))


def settle_for_now(*, freeze: bool = True) -> bool:
    """
    Collect garbage and set the heap aside, as `settle` does, in a process that we did not start.

    Return whether the caller must take that back by `gc.unfreeze`. Nothing is set aside where this is not to
    *freeze*, or where others have set something aside already, which must stay so.
    """
    gc.collect()
    ours = freeze and not gc.get_freeze_count()
    if ours:
        gc.freeze()
    return ours


@cache
def _freeze(modules: int) -> None:
    # Once for each number of modules: what is frozen is never collected, so a slot that imports nothing new
    # freezes nothing; and what one slot imported is no burden on those that the draw put behind it.
    del modules
    gc.freeze()
