"""A diagnosis carried out: the unchanged application watched once, then it and every intervention in turn."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Any, Self, TypeVar

from overlap.harness import registry
from overlap.harness.application.project_python import interpreter_of
from overlap.harness.bench.rounds import RunProgress
from overlap.harness.bench.stage import ended
from overlap.harness.bench.surroundings import Surroundings
from overlap.harness.bench.worker_process import Launch, WorkerFailure, result_from
from overlap.harness.diagnose.catalogue import Intervention, interventions
from overlap.harness.diagnose.config import DiagnosisRequest
from overlap.harness.diagnose.figures import Figures, figures
from overlap.harness.diagnose.judge import UNCHANGED
from overlap.harness.diagnose.observation import Observation
from overlap.harness.diagnose.preflight import check, first_calls
from overlap.harness.diagnose.slot_order import order_of
from overlap.harness.diagnose.virtual_speedup import faster
from overlap.harness.host import interrupt
from overlap.harness.host.environment import given
from overlap.harness.mock.control import ServerLost
from overlap.harness.mock.process import ServerNotReady
from overlap.harness.mock.processes import Servers
from overlap.harness.model.config import RunConfig
from overlap.harness.model.record import Call, Slot
from overlap.harness.text.mistakes import Mistake
from overlap.harness.worker.order import Order
from overlap.harness.worker.results import FirstCalls

STRATEGIES = "overlap.harness.strategies"
# Tried in this order where none is named: what a service does comes first.
PREFERRED = ("gather_bounded", "astream_many", "thread_pool", "abatch", "batch", "stream")
Tell = Callable[[RunProgress], None]
Answer = TypeVar("Answer")


@dataclass(slots=True)
class Measurements:
    """
    What came of a diagnosis: what was seen, what was tried, and the figures of every round by intervention.

    `slots` are all that were measured. `missing` says why an intervention gave nothing, or no more; `fault` why
    the application itself did. `installed` describes the application's environment, if it is not Overlap's own.
    """

    asked: DiagnosisRequest
    seen: Observation
    tried: Sequence[Intervention]
    untried: Sequence[Intervention]
    rounds: list[dict[str, Figures]] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)
    state: str = "running"
    fault: str | None = None
    installed: Mapping[str, Any] = field(default_factory=dict)


class Lab:
    """The servers and the worker of a diagnosis. Use it as a context."""

    def __init__(self, asked: DiagnosisRequest) -> None:
        check(asked)
        self._asked = asked
        self._env = given(asked.env)
        self.interpreter = interpreter_of((asked.target,), asked.python)
        self._servers = Servers(RunConfig(seed=asked.seed))
        self._launch: Launch | None = None
        self._words = tuple(word for fault in asked.fault for word in ("--fault", fault))

    def __enter__(self) -> Self:
        self._servers.__enter__()
        try:
            self.serving()
        except ServerNotReady as wrong:
            self.__exit__()
            raise Mistake(str(wrong)) from wrong
        return self

    def __exit__(self, *_: object) -> None:
        if self._launch:
            self._launch.end()
        self._servers.__exit__(None, None, None)

    def serving(self, speed: float = 1.0) -> str:
        """Return the address of the server, or of one that is *speed* times as fast."""
        profile = faster(self._asked.profile, speed) if speed != 1 else self._asked.profile
        assert profile is not None
        return self._servers.ensure(profile, self._asked.tokens, self._words).base_url

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Have the worker answer *request*; where it has died, the next one is asked of a new one."""
        return self._with_worker(lambda launch: launch.ask(request, self._asked.slot_timeout))

    def tried(self, order: Order) -> FirstCalls:
        """Have the worker make the first calls of *order*; where it dies of them, as in `ask`."""
        return self._with_worker(lambda launch: launch.tried(order, self._asked.slot_timeout))

    def _with_worker(self, use: Callable[[Launch], Answer]) -> Answer:
        self._launch = self._launch or Launch(
            self._servers.worker_core,
            self._asked.seed,
            "overlap.harness.diagnose.worker",
            interpreter=self.interpreter,
            env=self._env,
        )
        try:
            return use(self._launch)
        except WorkerFailure:
            # A slot that failed in its fork leaves the worker as it was.
            if not self._launch.alive:
                self._launch.end()
                self._launch = None
            self._servers.check()
            raise

    def slot(self, order: Order, request: dict[str, Any]) -> tuple[Slot, list[Call], dict[str, Any]]:
        """Have *request* for a slot carried out; return the slot and its calls, joined, and the whole answer."""
        outside = Surroundings(order)
        answer = self.ask(request)
        return *outside.slot(result_from(answer)), answer


def carry_out(
    request: DiagnosisRequest, lab: Lab, tell: Tell, keep: Callable[[Measurements], object]
) -> Measurements:
    """
    Watch the application, choose the interventions, and measure them round by round; *keep* puts a round on file.

    Raises `Mistake` if the application cannot be had at all. Interrupted, it returns what there is.
    """
    chosen = interventions(request.only)
    with interrupt.listening():
        seen = _seen(request, lab)
    parameters = {each.name: each.parameters(seen) for each in chosen}
    tried = [each for each in chosen if parameters[each.name] is not None]
    untried = [each for each in chosen if parameters[each.name] is None]
    measurements = Measurements(request, seen, tried, untried, installed=lab.interpreter.circumstances)
    ending = ended(lambda: _rounds(measurements, lab, parameters, tell, keep))
    measurements.state = ending.state
    if ending.state == "failed":
        measurements.fault = ending.reason
    return measurements


def _seen(request: DiagnosisRequest, lab: Lab) -> Observation:
    base = lab.serving()
    try:
        methods = lab.ask({"methods": order_of(request, base, PREFERRED[0], 0)})["methods"]
        strategy = request.strategy or _preferred(request, methods)
        if (needs := registry.load(STRATEGIES, strategy).NEEDS) not in methods:
            raise Mistake(f"{request.target} has no {needs!r}, which {strategy} needs")
        first_calls(request, lab.tried, base, strategy)
        order = order_of(request, base, strategy, 0)
        slot, calls, answer = lab.slot(order, {"watch": order})
        lab.ask({"load": answer["imported"]})
        packages = lab.interpreter.circumstances.get("packages")
    except (WorkerFailure, ServerLost) as wrong:
        raise Mistake(f"{request.target}: {wrong}") from wrong
    notes, concurrency = answer["notes"], request.concurrency
    return Observation(slot, calls, notes, methods, strategy, concurrency, request.profile, packages)


def _preferred(request: DiagnosisRequest, methods: Sequence[str]) -> str:
    for name in PREFERRED:
        if registry.load(STRATEGIES, name).NEEDS in methods:
            return name
    raise Mistake(f"{request.target} has none of invoke, ainvoke, batch, abatch, stream, astream")


def _rounds(
    measurements: Measurements,
    lab: Lab,
    parameters: Mapping[str, Any],
    tell: Tell,
    keep: Callable[[Measurements], object],
) -> None:
    """Run every round: the unchanged application and each intervention once, in an order drawn at random."""
    rng, began = random.Random(measurements.asked.seed), monotonic()
    arms: list[Intervention | None] = [None, *measurements.tried]
    total = measurements.asked.rounds * len(arms)
    for number in range(measurements.asked.rounds):
        keep(measurements)
        measurements.rounds.append({})
        for position, arm in enumerate(rng.sample(arms, len(arms))):
            done = number * len(arms) + position
            left = (monotonic() - began) / done * (total - done) if done else None
            tell(RunProgress(done, total, arm.name if arm else UNCHANGED, number, left))
            if arm is None:
                measurements.rounds[-1][UNCHANGED] = _arm(measurements, lab, None, {}, number)
            elif arm.name not in measurements.missing:
                try:
                    measurements.rounds[-1][arm.name] = _arm(measurements, lab, arm, parameters[arm.name], number)
                except WorkerFailure as broken:
                    measurements.missing[arm.name] = str(broken)
    tell(RunProgress(total, total, None, measurements.asked.rounds, 0.0))


def _arm(
    measurements: Measurements, lab: Lab, arm: Intervention | None, parameters: Mapping[str, Any], number: int
) -> Figures:
    changes = arm.order if arm else {}
    base = lab.serving(changes.get("speed", 1.0))
    order = order_of(measurements.asked, base, changes.get("strategy", measurements.seen.strategy), number)
    order = replace(
        order,
        cell=replace(order.cell, loop=changes.get("loop", order.cell.loop)),
        executor=changes.get("executor", order.executor),
    )
    slot, calls, _ = lab.slot(
        order, {"slot": order, "change": arm.name if arm else None, "parameters": parameters}
    )
    measurements.slots.append(slot)
    return figures(slot, calls, measurements.asked.concurrency)
