"""Before a diagnosis: that the application can be meant, and that its first calls come back from the mock."""

from collections.abc import Callable

from overlap.harness import registry
from overlap.harness.application.inputs import read
from overlap.harness.application.spec import parse
from overlap.harness.bench.dry_run import no_request, refuse_failures
from overlap.harness.diagnose.catalogue import interventions
from overlap.harness.diagnose.config import DiagnosisRequest
from overlap.harness.diagnose.slot_order import order_of
from overlap.harness.host.descriptors import allow
from overlap.harness.mock.journal import take
from overlap.harness.model.plan import STRATEGIES
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.order import Order
from overlap.harness.worker.results import FirstCalls

Tried = Callable[[Order], FirstCalls]
"""Has a worker make the first calls of an order."""


def check(request: DiagnosisRequest) -> None:
    """Raise `Mistake` for what can be told wrong before anything is started."""
    spec = parse(request.target)
    if spec is None or not spec.target:
        raise Mistake(
            f"diagnose takes an application, as in app.py:chain or package.module:object, not {request.target}"
        )
    if spec.file and not spec.file.is_file():
        raise Mistake(f"there is no file {spec.place}")
    allow(request.concurrency)
    if request.inputs:
        read(str(request.inputs))
    if request.strategy:
        try:
            registry.load(STRATEGIES, request.strategy)
        except registry.Unknown as unknown:
            raise Mistake(str(unknown)) from unknown
    interventions(request.only)


def first_calls(request: DiagnosisRequest, tried: Tried, base_url: str, strategy: str) -> None:
    """Let a worker make the application's first calls; raises `Mistake` if none works or reaches the mock."""
    take(base_url)
    outcome = tried(order_of(request, base_url, strategy, 0))
    journal = take(base_url)
    refuse_failures(request.target, outcome)
    if journal and not journal.entries:
        raise Mistake(no_request(request.target, base_url, outcome))
