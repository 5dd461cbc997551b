"""What a worker is asked to do for one slot, and how that is read from JSON."""

from dataclasses import dataclass
from typing import Any

from overlap.harness.model.endpoint import Endpoint, Remote
from overlap.harness.model.record import Cell
from overlap.harness.store.typed import typed


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is asked to do for one slot; everything it needs and nothing it must look up."""

    cell: Cell
    round: int
    calls: int
    warmup: int
    base_url: str
    seed: int
    executor: int
    timeout: float
    max_retries: int
    burn: int = 0  # ns of CPU time more for every counted call: a slowdown planted on purpose
    remote: Remote | None = None  # a real endpoint instead of a server of ours
    subject: str = ""  # where somebody's own application or scenario is, if the cell's scenario does not say it
    inputs: str | None = None  # the file of what it is asked
    arrivals: str = ""  # of an open loop, as in poisson,rate=50; a closed one has none
    span: float = 0.0  # seconds from an open loop's start to its last call's due time
    patience: float = 0.0  # seconds after that in which its calls may come back
    awake: bool = False  # whether the worker's core is to be kept from sleeping
    processes: int = 1  # that share out an open loop's calls
    member: int = 0  # which of these the worker is
    draw: int | None = None  # the round whose latencies the server draws; None where nobody counts rounds

    @property
    def word(self) -> str:
        """What names the scenario or the application."""
        return self.subject or self.cell.scenario

    @property
    def made(self) -> int:
        """How many calls it comes to in all, warm-up calls of every process among them."""
        return self.calls + self.warmup * self.processes

    @property
    def endpoint(self) -> Endpoint:
        """What the clients of the slot are given: a server of ours, or a real endpoint."""
        most = max(1000, self.cell.concurrency)
        if self.remote:
            return self.remote.endpoint(self.timeout, self.max_retries, most)
        return Endpoint(
            base_url=f"{self.base_url}/v1",
            timeout=self.timeout,
            max_retries=self.max_retries,
            max_connections=most,
        )


def order_from(fact: dict[str, Any]) -> Order:
    """Make an `Order` of its JSON object."""
    return typed(fact, Order)
