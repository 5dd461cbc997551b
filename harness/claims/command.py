"""Runs `overlap claims`: selects claims, measures them into a ledger, and returns an exit code."""

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from overlap.harness.claims import comparing, ledger, other_versions, telling
from overlap.harness.claims.catalogue import Claim, claims
from overlap.harness.claims.ledger import ClaimFinding, ClaimsLedger
from overlap.harness.claims.progress import Progress
from overlap.harness.claims.run import Bed, finding
from overlap.harness.host import interrupt
from overlap.harness.host.environment import circumstances
from overlap.harness.host.timestamps import timestamp
from overlap.harness.model.config import default_executor
from overlap.harness.report import pages
from overlap.harness.store.ledger import fresh
from overlap.harness.store.run_files import Unreadable, Unwritten, room
from overlap.harness.terminal.command_line import console_err
from overlap.harness.text.mistakes import Mistake

DONE, FAILED, CHANGED, INTERRUPTED = 0, 1, 3, interrupt.CODE


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """The options of `overlap claims`: claims by name, other versions, two ledgers to compare, and the output."""

    names: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    pair: tuple[Path, Path] | None = None
    results: Path = Path("results")
    record: bool = False
    quiet: bool = False


def carry_out(request: ClaimsRequest, paper: Console) -> int:
    """
    Do it, and return the exit code: 0 as recorded, 1 an experiment failed, 3 a verdict differs, 130 interrupted.

    Raises `Mistake` before anything is measured when it cannot be done as asked.
    """
    if request.pair:
        return _compare(*request.pair, paper)
    chosen = claims(request.names)
    if request.versions and request.record:
        raise Mistake("the verdicts on file are those of the installed versions: --record does not go with --with")
    if request.versions:
        return _elsewhere(request)
    with interrupt.held():
        folder, result = _measure(chosen, request)
        try:
            with room(folder):
                telling.write(folder, result)
        except Unwritten as full:
            print(f"overlap: {full}; what was measured is in {folder / ledger.FILE}", file=sys.stderr)
            return INTERRUPTED if interrupt.came() else FAILED
        if request.record:
            ledger.record(result)
    if not request.quiet:
        telling.tell(result, paper)
        paper.print(f"\n{folder / 'report.html'}", highlight=False, soft_wrap=True)
    if interrupt.came():
        print(f"overlap: {interrupt.reason()}; what was measured is kept: {folder}", file=sys.stderr)
        return INTERRUPTED
    return code(result)


def code(result: ClaimsLedger) -> int:
    """Return the exit code for a ledger; a changed verdict is told before a failed experiment."""
    if result.state == "interrupted":
        return INTERRUPTED
    return CHANGED if result.changed else FAILED if result.failed else DONE


def _compare(a: Path, b: Path, paper: Console) -> int:
    try:
        before, after = ledger.read(a), ledger.read(b)
    except Unreadable as wrong:
        raise Mistake(str(wrong)) from wrong
    pages.show(comparing.compose(before, after), paper)
    return CHANGED if comparing.differ(before, after) else DONE


def _elsewhere(request: ClaimsRequest) -> int:
    """Run the same words in an environment of its own. Raises `Mistake` before one is made."""
    other_versions.check(request.versions)

    def say(text: str) -> None:
        if not request.quiet:
            print(text, file=sys.stderr)

    python = other_versions.prepare(request.versions, say)
    words = [*request.names, "--results", str(request.results), *(["--quiet"] if request.quiet else [])]
    return other_versions.carry_out(python, words)


def _measure(chosen: Sequence[Claim], request: ClaimsRequest) -> tuple[Path, ClaimsLedger]:
    """Measure the *chosen* claims into a folder of their own; what was measured is on file whenever it ends."""
    recorded, seen, state = ledger.recorded(), list[ClaimFinding](), "interrupted"
    with ExitStack() as stack:
        with interrupt.listening():
            bed = stack.enter_context(Bed())
        progress = stack.enter_context(Progress(console_err(), len(chosen), quiet=request.quiet))
        folder, began = fresh(request.results, "claims"), timestamp()
        about = circumstances(default_executor())
        # Who is killed now leaves a folder that says so.
        ledger.write(folder, ClaimsLedger(folder.name, began, "running", about, ()))
        try:
            with interrupt.listening():
                for claim in chosen:
                    progress.next(claim)
                    seen.append(finding(bed, claim, recorded.get(claim.id)))
                    progress.saw(seen[-1])
                    ledger.write(folder, ClaimsLedger(folder.name, began, "running", about, tuple(seen)))
            state = "finished"
        except KeyboardInterrupt:
            pass
        result = ClaimsLedger(folder.name, began, state, about, tuple(seen))
        ledger.write(folder, result)
    return folder, result
