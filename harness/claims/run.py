"""The claims carried out: one server, a worker that is shared for as long as it lasts, each claim judged."""

from dataclasses import dataclass, field
from time import monotonic_ns
from typing import Self

from overlap.harness.bench.worker_process import Launch, WorkerFailure
from overlap.harness.claims.catalogue import Claim
from overlap.harness.claims.facts import JsonFacts, judged
from overlap.harness.claims.ledger import ClaimFinding
from overlap.harness.claims.verdict import NOT_JUDGED, ClaimVerdict
from overlap.harness.host.secrets import line
from overlap.harness.mock.process import Server, ServerNotReady, mock_command, start
from overlap.harness.store.typed import typed
from overlap.harness.text.mistakes import Mistake

PATIENCE = 60.0  # seconds for one experiment; the longest takes ten on a busy machine
SEED = 7


@dataclass(frozen=True, slots=True)
class ClaimAnswer:
    """A worker's answer: the facts of a claim, or the package that is `missing` to measure them."""

    facts: JsonFacts = field(default_factory=dict)
    missing: str = ""


class Bed:
    """
    The server and the worker the experiments run on, both started anew where they have died. Use it as a context.

    Neither is pinned: on one core nothing could be seen to run in parallel, and some claims are about that.
    """

    def __init__(self) -> None:
        self._server: Server | None = None
        self._launch: Launch | None = None

    def __enter__(self) -> Self:
        try:
            self._serving()
        except ServerNotReady as wrong:
            raise Mistake(str(wrong)) from wrong
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        if self._server:
            self._server.stop()

    def _serving(self) -> Server:
        if self._server is None or not self._server.alive:
            self._server = start(mock_command("instant", 4, SEED))
        return self._server

    def _end(self) -> None:
        if self._launch:
            self._launch.end()
        self._launch = None

    def ask(self, name: str) -> ClaimAnswer:
        """Have a worker measure claim *name*. Raise `WorkerFailure`; the next claim then gets a new worker."""
        try:
            server = self._serving()
            self._launch = self._launch or Launch(None, SEED, "overlap.harness.claims.worker")
            return typed(self._launch.ask({"claim": name, "base_url": server.base_url}, PATIENCE), ClaimAnswer)
        except ServerNotReady as wrong:
            raise WorkerFailure(str(wrong)) from wrong
        except WorkerFailure:
            self._end()
            raise


def finding(bed: Bed, claim: Claim, recorded: str | None) -> ClaimFinding:
    """Measure and judge *claim*; whatever goes wrong in it is an error of that claim alone."""
    began, error, answer = monotonic_ns(), None, ClaimAnswer()
    verdict: ClaimVerdict | None = None
    try:
        answer = bed.ask(claim.name)
        verdict = _verdict(claim, answer)
    except WorkerFailure as broken:
        error = str(broken)
    except Exception as wrong:  # noqa: BLE001  a judge that fails must not take the other claims with it
        error = line(f"its judge failed: {type(wrong).__name__}: {wrong}")
    return ClaimFinding(
        id=claim.id,
        name=claim.name,
        words=claim.words,
        seeds=claim.seeds,
        theme=claim.theme,
        reading=claim.reading,
        version=claim.version,
        verdict=verdict.word if verdict else None,
        evidence=verdict.evidence if verdict else "",
        recorded=recorded,
        error=error,
        took=monotonic_ns() - began,
        facts=answer.facts,
    )


def _verdict(claim: Claim, answer: ClaimAnswer) -> ClaimVerdict:
    """Judge what a worker answered; where a package is missing there is nothing to judge."""
    if answer.missing:
        return ClaimVerdict(NOT_JUDGED, f"the package {answer.missing} is not installed")
    return judged(claim.module, answer.facts)
