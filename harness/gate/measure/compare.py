"""One gate run from what was asked for to its file: arms built, cells found, rounds run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from overlap.harness.application.project_python import HERE, Interpreter, interpreter_of
from overlap.harness.application.spec import parse
from overlap.harness.bench.run import parts_of
from overlap.harness.gate import file
from overlap.harness.gate.arms.benchmarks import pytest_command
from overlap.harness.gate.arms.build import Built, built
from overlap.harness.gate.arms.spec import SideSpec
from overlap.harness.gate.judge import judge
from overlap.harness.gate.measure.asking import CellQuery
from overlap.harness.gate.measure.cells import Twin, twins
from overlap.harness.gate.measure.rows import Rows
from overlap.harness.gate.measure.run import GateTrial
from overlap.harness.gate.measure.series_log import SeriesLog
from overlap.harness.gate.measure.slots import Slots
from overlap.harness.gate.measure.workers import Workers
from overlap.harness.gate.record import ARMS, Control, GateRule, GateRun
from overlap.harness.host.environment import circumstances, given
from overlap.harness.mock.process import ServerNotReady
from overlap.harness.mock.processes import Servers
from overlap.harness.model.config import RunConfig
from overlap.harness.registry import Unknown
from overlap.harness.text.mistakes import Mistake

DEFAULT = ("regressions",)


@dataclass(frozen=True, slots=True)
class GateRequest:
    """
    What a gate run was asked for.

    *seconds* is how long a slot lasts; *tests* a folder of pytest-benchmark rows to compare too, *only_tests* to
    compare nothing else. *aa* compares the base with itself; *inject* plants a slowdown of that share.
    """

    config: RunConfig
    base: SideSpec
    candidate: SideSpec
    rule: GateRule
    seconds: float = 0.2
    aa: bool = False
    inject: float | None = None
    tests: Path | None = None
    only_tests: bool = False
    envs: Path | None = None

    @property
    def candidate_spec(self) -> SideSpec:
        """Return the candidate's side: in a self-test, the base itself."""
        return self.base if self.aa or self.inject is not None else self.candidate


def compare(request: GateRequest, path: Path, tell: Callable[[str], None]) -> GateRun:
    """
    Compare as *request*, and keep the run in the file *path* after every round.

    Raises `Mistake` before anything is measured when it cannot be done; `ServerLost` when the server died.
    """
    candidate = request.candidate_spec
    needs = ("pytest", "pytest_benchmark") if request.tests else ()
    theirs = _theirs(request)
    arms_built = built(request.base, candidate, keep=request.envs, needs=needs, theirs=theirs, say=tell)
    with arms_built as pair, Servers(request.config) as servers:
        arms = dict(zip(ARMS, pair, strict=True))
        trial = _trial(request, arms, servers, path, tell)
        return trial.carry_out()


def _theirs(request: GateRequest) -> Interpreter | None:
    """Return the Python of the applications' project; None where scenarios or tests need Overlap's packages."""
    words, asked = request.config.scenarios, request.config.python
    own = all((spec := parse(word)) and spec.target for word in words)
    return interpreter_of(words, asked) if own and asked != HERE and not request.tests else None


def _trial(
    request: GateRequest, arms: Mapping[str, Built], servers: Servers, path: Path, tell: Callable[[str], None]
) -> GateTrial:
    config = request.config
    workers = Workers(arms, servers.worker_core, config.slot_timeout, given(config.env))
    slots = Slots(config, servers, workers)
    cells = [] if request.only_tests else _cells(request, slots, servers, workers)
    book = SeriesLog(
        arms["base"].arm,
        arms["candidate"].arm,
        request.rule,
        config.seed,
        control=_control(request, cells),
        notes=list(arms["candidate"].notes),
        environment=circumstances(config.executor) | {"pinned": servers.pinned, "slot": request.seconds},
    )
    return GateTrial(
        servers=servers,
        workers=workers,
        slots=slots,
        book=book,
        twins=cells,
        rows=_rows(request, arms, servers),
        seconds=request.seconds,
        calls=config.calls,
        tell=tell,
        filed=lambda run: file.write(judge(run), path),
    )


def _rows(request: GateRequest, arms: Mapping[str, Built], servers: Servers) -> Rows | None:
    if request.tests is None:
        return None
    tests = request.tests.resolve()
    return Rows(
        lambda arm, out: pytest_command(arms[arm], tests, out), servers.worker_core, request.config.slot_timeout
    )


def _control(request: GateRequest, cells: list[Twin]) -> Control | None:
    if request.inject is not None:
        if not cells:
            raise Mistake("--inject plants a slowdown in a cell of a scenario: there is none")
        # Drawn, so that over many runs every cell is tried; but of calls that wait for their server, a slowdown of
        # the client is a smaller one of the call.
        busy = [twin for twin in cells if twin.base.cell.profile == "instant"] or cells
        return Control("inject", Random(f"inject {request.config.seed}").choice(busy).name, request.inject)
    return Control("aa") if request.aa else None


def _cells(request: GateRequest, slots: Slots, servers: Servers, workers: Workers) -> list[Twin]:
    """Find the cells: which strategies apply follows from the methods that the applications have in the arms."""
    parts = parts_of(request.config)
    try:
        for _, plan in parts:
            servers.ensure(plan.profile, plan.tokens, plan.server)
        asking = CellQuery(slots, workers)
        return twins(parts, request.base, request.candidate_spec, asking)
    except ServerNotReady as wrong:
        raise Mistake(str(wrong)) from wrong
    except Unknown as unknown:
        raise Mistake(unknown.args[0]) from unknown
    finally:
        workers.end()
