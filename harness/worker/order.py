"""The order for one slot that the parent sends to a worker, and how it is read from JSON."""

from dataclasses import dataclass
from typing import Any

from overlap.harness.model.endpoint import Endpoint, Remote
from overlap.harness.model.record import Cell


@dataclass(frozen=True, slots=True)
class Order:
    """Everything that a worker needs to carry out one slot; it looks nothing up. Times are in seconds."""

    cell: Cell
    round: int
    calls: int
    warmup: int
    base_url: str
    seed: int
    executor: int
    timeout: float
    max_retries: int
    burn: int = 0  # ns of CPU time added to every counted call: a slowdown planted on purpose
    remote: Remote | None = None  # a real endpoint instead of a server of ours
    subject: str = ""  # reference to the user's application or scenario; "" if the cell's scenario names it
    inputs: str | None = None  # file with the application's inputs
    arrivals: str = ""  # of an open loop, as in poisson,rate=50; "" for a closed loop
    span: float = 0.0  # seconds from an open loop's start to its last call's due time
    patience: float = 0.0  # seconds after the last due time in which its calls may still end
    awake: bool = False  # whether the worker keeps its core from sleeping
    processes: int = 1  # number of workers that share an open loop's calls
    member: int = 0  # the number of this worker among them, from 0
    allow: tuple[str, ...] = ()  # hosts that the application may reach besides the server, as in db.internal:5432
    draw: int | None = None  # the round whose latencies the server draws; None if there are no rounds

    @property
    def word(self) -> str:
        """The reference that names the scenario or the application, as the user typed it."""
        return self.subject or self.cell.scenario

    @property
    def total_calls(self) -> int:
        """The number of all calls, including the warm-up calls of every process."""
        return self.calls + self.warmup * self.processes

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint that the slot's clients call: our server, or a real endpoint."""
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
    """Return the `Order` of its JSON object, which our own parent has made: its values are of their types."""
    remote = fact.get("remote")
    return Order(**{**fact, "cell": Cell(**fact["cell"]), "remote": Remote(**remote) if remote else None})
