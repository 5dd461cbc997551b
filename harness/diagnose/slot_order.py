"""The job that a worker gets for one slot of a diagnosis."""

from overlap.harness.application.spec import display_names
from overlap.harness.diagnose.config import DiagnosisRequest
from overlap.harness.model.record import OWN, Cell
from overlap.harness.worker.order import Order


def order_of(asked: DiagnosisRequest, base_url: str, strategy: str, number: int) -> Order:
    """Return the order of one slot of the application at *base_url*, by *strategy*, in round *number*."""
    cell = Cell(
        display_names([asked.target])[asked.target], OWN, strategy, "asyncio", asked.concurrency, asked.profile
    )
    return Order(
        cell=cell,
        round=number,
        draw=number,
        calls=asked.calls,
        warmup=max(2, min(asked.concurrency, asked.calls)),
        base_url=base_url,
        seed=asked.seed,
        executor=asked.executor,
        timeout=asked.timeout,
        max_retries=0,
        subject=asked.target,
        inputs=str(asked.inputs) if asked.inputs else None,
    )
