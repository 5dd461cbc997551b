"""The job that a worker gets for one slot of a diagnosis."""

from overlap.harness.application.spec import display_names
from overlap.harness.diagnose.config import DiagnosisRequest
from overlap.harness.model.record import OWN, Cell
from overlap.harness.worker.order import Order


def order_of(request: DiagnosisRequest, base_url: str, strategy: str, number: int) -> Order:
    """Return the order of one slot of the application at *base_url*, by *strategy*, in round *number*."""
    cell = Cell(
        display_names([request.target])[request.target],
        OWN,
        strategy,
        "asyncio",
        request.concurrency,
        request.profile,
    )
    return Order(
        cell=cell,
        round=number,
        draw=number,
        calls=request.calls,
        warmup=max(2, min(request.concurrency, request.calls)),
        base_url=base_url,
        seed=request.seed,
        executor=request.executor,
        timeout=request.timeout,
        max_retries=0,
        subject=request.target,
        inputs=str(request.inputs) if request.inputs else None,
        allow=request.allow,
    )
