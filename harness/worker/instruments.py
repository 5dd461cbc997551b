"""The instruments around the timed part of a slot: garbage collections, waits for threads and for connections."""

from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from overlap.harness.worker.executor import Waits
from overlap.harness.worker.gc_pauses import Collections
from overlap.harness.worker.pool_waits import PoolWaits
from overlap.harness.worker.results import Timed

if TYPE_CHECKING:
    from typing import Self  # not in 3.10, under which a worker runs, too


class Instruments:
    """
    Watch the timed part of a slot, whose calls are made on *client*.

    *waits* records the waits in the slot's executors; it is None if these are not ours.
    """

    def __init__(self, client: Any, waits: Waits | None = None) -> None:
        self._waits = waits
        self._collections, self._pools = Collections(), PoolWaits(client)
        self._watching = ExitStack()

    def __enter__(self) -> "Self":
        self._watching.enter_context(self._collections)
        self._watching.enter_context(self._pools)
        return self

    def __exit__(self, *_: object) -> None:
        self._watching.close()

    def read(self, timed: Timed) -> Timed:
        """Return *timed* with what the instruments show."""
        queue = self._waits.queue if self._waits else None
        return replace(timed, gc=self._collections.pauses, queue=queue, pool=self._pools.queue)
