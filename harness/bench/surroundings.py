"""Observes a slot from outside: the server's journal of it, and the CPU time of other programs."""

from collections.abc import Sequence
from dataclasses import replace

from overlap.harness.application.spec import parse
from overlap.harness.host.other_programs import look, taken, used
from overlap.harness.mock.join import join, opened
from overlap.harness.mock.join_by_time import join_by_time
from overlap.harness.mock.journal import Journal, take
from overlap.harness.model.record import Call, Slot
from overlap.harness.worker.order import Order
from overlap.harness.worker.results import SlotResult, Timed, values


class Surroundings:
    """
    Create it when the slot of *order* is about to be opened, and call `slot` when that is closed.

    What others take is seen on *cores*, by default those that a worker and its server are given. Raises
    `ServerLost` where the server is gone.
    """

    def __init__(self, order: Order, cores: Sequence[int] | None = None) -> None:
        self._order = order
        self._cores = used(order.processes) if cores is None else cores
        self._before = look(self._cores)
        self._take()

    def _take(self) -> Journal | None:
        # A real endpoint keeps no journal, and must get no request that its budget does not count.
        return None if self._order.remote else take(self._order.base_url)

    def slot(self, result: SlotResult, position: int = 0) -> tuple[Slot, list[Call]]:
        """
        Return the slot and its calls, joined with the server's journal.

        *position* is its place in the round.
        """
        order, journal = self._order, self._take()
        others = taken(self._before, look(self._cores))
        slot = slot_of(order.cell.id, order.round, position, order.calls, result.timed)
        slot = replace(slot, steal=others.steal, foreign=others.foreign)
        return joined(slot, result.calls, journal, own=parse(order.word) is not None)


def slot_of(cell: str, number: int, position: int, calls: int, timed: Timed) -> Slot:
    """Return the record of a slot of *calls* calls with the worker's measurements, without the server's."""
    return Slot(cell, number, position, calls, **values(timed))


def joined(
    slot: Slot, calls: list[Call], journal: Journal | None, *, own: bool = False
) -> tuple[Slot, list[Call]]:
    """
    Return *slot* and *calls* with what the *journal* has of them; unchanged without a journal.

    Requests of the user's *own* application may carry no tag, and need not belong to a call.
    """
    if not journal:
        return slot, calls
    if own:
        by_time = join_by_time(calls, journal)
        calls, unjoined = by_time.calls, 0
        slot = replace(slot, by_time=by_time.by_time, untold=by_time.untold, untagged=by_time.untagged)
    else:
        calls, unjoined = join(calls, journal)
    seen = replace(
        slot,
        peak=journal.peak,
        connections=journal.connections,
        requests=len(journal.entries),
        dropped=journal.dropped,
        unjoined=unjoined,
        opened=opened(calls),
    )
    return seen, calls
