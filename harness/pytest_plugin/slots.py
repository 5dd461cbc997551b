"""A slot that is opened, run and closed in three steps, so that pytest-benchmark can time the second."""

from overlap.harness import registry
from overlap.harness.bench.surroundings import Surroundings
from overlap.harness.host.environment import cores
from overlap.harness.stats.rounds import MeasuredRound
from overlap.harness.worker.order import Order
from overlap.harness.worker.slot import STRATEGIES, SlotSession


class OpenSlot:
    """
    One slot of *order* in this process, opened and warmed, with the same instruments as a slot of `bench`.

    The process is the tests' own, so the CPU time of other programs is observed on every core that it may use.
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._outside = Surroundings(order, cores())
        self._session = SlotSession(order, lent=True).open()
        try:
            self._check()
            self._session.warm()
        except BaseException:
            self._session.close()
            raise

    def run(self) -> None:
        """Make the calls, which is the timed part."""
        self._session.run()

    def closed(self) -> MeasuredRound:
        """Close everything, and return what was measured, joined with the server's journal."""
        self._session.close()
        slot, calls = self._outside.slot(self._session.result)
        return MeasuredRound(
            self._order.cell,
            slot,
            [call for call in calls if not call.warmup],
            [call for call in calls if call.warmup],
        )

    def _check(self) -> None:
        """Raise `Unknown` for an application without the method that the strategy calls."""
        cell = self._order.cell
        needed = registry.load(STRATEGIES, cell.strategy).NEEDS
        if not callable(getattr(self._session.app, needed, None)):
            raise registry.Unknown(
                f"{cell.scenario} on {cell.client} has no {needed!r}, which {cell.strategy} needs"
            )
