"""Shows the progress of a run of claims: one redrawn line on a terminal, else one line per claim."""

from types import TracebackType
from typing import Self

from rich.console import Console

from overlap.harness.claims.catalogue import Claim
from overlap.harness.claims.ledger import ClaimFinding


class Progress:
    """Tells which claim is being measured, and elsewhere than on a terminal what came of it."""

    def __init__(self, console: Console, total: int, *, quiet: bool) -> None:
        self._console, self._total, self._quiet, self._done = console, total, quiet, 0
        self._status = console.status("") if console.is_terminal and not quiet else None

    def __enter__(self) -> Self:
        if self._status:
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._status:
            self._status.stop()

    def next(self, claim: Claim) -> None:
        """Show that *claim* is measured now."""
        if self._status:
            self._status.update(f"{self._done}/{self._total}  {claim.id}: {claim.words}")

    def saw(self, finding: ClaimFinding) -> None:
        """Show the result of a claim."""
        self._done += 1
        if not self._status and not self._quiet:
            line = f"{self._done}/{self._total}  {finding.id} {finding.verdict or finding.error}"
            self._console.print(line, highlight=False, markup=False, soft_wrap=True)
