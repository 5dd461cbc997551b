"""What a scenario asks for by default, and the cells that come of it once a configuration has had its say."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from harness import registry
from harness.config import RunConfig
from harness.record import Cell

SCENARIOS = "scenarios"
STRATEGIES = "harness.strategies"
CLIENTS = "harness.clients"


@dataclass(frozen=True, slots=True)
class Plan:
    """
    A part of a scenario: which cells, and how much of each.

    No strategies means all that the application has the method for. A slot makes *waves* x concurrency calls,
    or at least *calls*. Strategies with one call in flight run only up to concurrency *sequential_up_to*:
    beyond that they would repeat the same figures at many times the cost.
    """

    strategies: tuple[str, ...] = ()
    clients: tuple[str, ...] = ("chain",)
    loops: tuple[str, ...] = ("asyncio",)
    concurrency: tuple[int, ...] = (16,)
    waves: int = 1
    calls: int = 1
    rounds: int | None = None
    profile: str = "lognormal,ttft=0.04,itl=0.002"
    tokens: int = 8
    sequential_up_to: int = 16

    def made(self, concurrency: int) -> int:
        """How many calls a slot makes at *concurrency*."""
        return max(self.calls, self.waves * concurrency)


@dataclass(frozen=True, slots=True)
class Planned:
    """A cell with how many calls each of its slots makes, in how many rounds, and how long an answer is."""

    cell: Cell
    calls: int
    rounds: int
    tokens: int


def settled(config: RunConfig, plan: Plan) -> Plan:
    """Answer *plan* with everything replaced that *config* says of it."""
    return Plan(
        strategies=config.strategies or plan.strategies,
        clients=config.clients or plan.clients,
        loops=config.loops or plan.loops,
        concurrency=config.concurrency or plan.concurrency,
        waves=plan.waves if config.calls is None else 0,
        calls=config.calls or plan.calls,
        rounds=config.rounds or plan.rounds,
        profile=config.profile or plan.profile,
        tokens=config.tokens or plan.tokens,
        # Who asks for a strategy and a concurrency by name gets both.
        sequential_up_to=max(config.concurrency) if config.concurrency else plan.sequential_up_to,
    )


def plans(config: RunConfig, scenario: str) -> tuple[Plan, ...]:
    """Answer the parts of *scenario* as *config* wants them; raises `Unknown` for an unknown name."""
    return tuple(settled(config, plan) for plan in registry.load(SCENARIOS, scenario).PLAN)


def expand(
    scenario: str, plan: Plan, methods: dict[str, Collection[str]], default_rounds: int
) -> Iterator[Planned]:
    """
    Yield the cells of one part of a scenario.

    *methods* has the methods of the application by client. A strategy asked for by name that an application
    has no method for raises `Unknown`; among "all that apply" it is left out.
    """
    for client in plan.clients:
        for strategy in plan.strategies or registry.names(STRATEGIES):
            module = registry.load(STRATEGIES, strategy)
            if module.NEEDS not in methods[client]:
                if plan.strategies and len(plan.clients) == 1:
                    raise registry.Unknown(
                        f"{scenario} on {client} has no {module.NEEDS!r}, which {strategy} needs"
                    )
                continue
            sequential = getattr(module, "SEQUENTIAL", False)
            for concurrency in plan.concurrency:
                if sequential and concurrency > plan.sequential_up_to:
                    continue
                for loop in plan.loops:
                    cell = Cell(scenario, client, strategy, loop, concurrency, plan.profile)
                    yield Planned(cell, plan.made(concurrency), plan.rounds or default_rounds, plan.tokens)
