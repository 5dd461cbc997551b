"""Whether the cores that slots used were theirs alone: what other programs, and other guests, took of them."""

from collections.abc import Iterable

from overlap.harness.model.record import Slot

STEAL = 0.03
# Cores kept busy by others. A desktop that does nothing keeps less than a tenth of one.
FOREIGN = 0.15
# The kernel counts in ticks of 10 ms: what is less than five of them, in ns, may be none.
TICKS = 50_000_000


def stolen(slots: Iterable[Slot]) -> str | None:
    """Say what the hypervisor took, in the worst round; None where that does not matter or is not known."""
    share, number = max(((each.steal or 0.0, each.round + 1) for each in slots), default=(0.0, 0))
    if share < STEAL:
        return None
    return (
        f"The hypervisor took {share * 100:.0f} % of the time of the cores used in round {number}: other guests "
        "of this machine are in these numbers. Measure again when it is quieter."
    )


def shared(slots: Iterable[Slot]) -> str | None:
    """Say what other programs took, in the worst round; None where that does not matter or is not known."""
    busy, number = max(((_foreign(each), each.round + 1) for each in slots), default=(0.0, 0))
    if busy < FOREIGN:
        return None
    return (
        f"Other programs kept {busy:.2f} of the cores used busy in round {number}: what they took is in these "
        "numbers. End them, and measure again."
    )


def _foreign(slot: Slot) -> float:
    """Return how many cores others kept busy, as far as the kernel's ticks can tell."""
    busy = slot.foreign or 0.0
    return busy if busy * (slot.ended - slot.started) >= TICKS else 0.0


def disturbances(slots: Iterable[Slot]) -> list[str]:
    """Return a sentence for each way in which the cores were not theirs alone; [] where they were."""
    every = list(slots)
    return [sentence for check in (stolen, shared) if (sentence := check(every))]
