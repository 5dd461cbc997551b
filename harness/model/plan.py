"""What a scenario asks for by default, and the cells that come of it once a configuration has had its say."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import product
from typing import Any

from overlap.harness import registry
from overlap.harness.model import arrivals_spec
from overlap.harness.model.config import RunConfig
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.record import Cell

SCENARIOS = "overlap.scenarios"
STRATEGIES = "overlap.harness.strategies"
CLIENTS = "overlap.harness.clients"

# What an entry of a scenario's `VARIANTS` is: it builds an application upon a client and an endpoint.
Builder = Callable[[Any, Endpoint], Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """
    A part of a scenario: which cells, and how much of each.

    No strategies means all that the application has the method for. A slot makes *waves* x concurrency calls,
    or at least *calls*. Strategies with one call in flight run only up to concurrency *sequential_up_to*:
    beyond that they would repeat the same figures at many times the cost.

    *variants* are names of the scenario's `VARIANTS`, a dictionary of functions `build(client, endpoint)`; without
    that dictionary the scenario's `app(client, endpoint, variant)` builds whichever it is given.
    *arrivals*, as in "poisson,rate=50", make it an open loop: *calls* are then due at times of their own, and only
    strategies that can `offer` a call by itself take part.
    *server* are more words for the mock's command line, such as ("--fault", "status,code=500,every=4").
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
    variants: tuple[str, ...] = ("",)
    server: tuple[str, ...] = ()
    subject: str = ""  # the word that names somebody's own code
    arrivals: str = ""

    def made(self, concurrency: int) -> int:
        """How many calls a slot makes at *concurrency*."""
        return max(self.calls, self.waves * concurrency)


@dataclass(frozen=True, slots=True)
class Planned:
    """A cell with how many calls each of its slots makes, in how many rounds, and which server they go to."""

    cell: Cell
    calls: int
    rounds: int
    tokens: int
    server: tuple[str, ...] = ()
    subject: str = ""
    arrivals: str = ""

    @property
    def warmups(self) -> int:
        """As many calls first as fit side by side, so that every connection is open before the clock starts."""
        return max(2, min(self.cell.concurrency, self.calls))


def settled(config: RunConfig, plan: Plan) -> Plan:
    """Return *plan* with everything replaced that *config* says of it. Raises `Mistake` for wrong arrivals."""
    plan = replace(
        plan,
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
        arrivals=config.arrivals or plan.arrivals,
    )
    return opened(config, plan) if plan.arrivals else plan


def opened(config: RunConfig, plan: Plan) -> Plan:
    """
    Return *plan* for an open loop: the number of calls that are due, and only strategies with an `offer`.

    Raises `Unknown` for a strategy that was asked for by name and has none, `Mistake` for wrong arrivals.
    """
    calls = arrivals_spec.read(plan.arrivals).count(config.seed, config.calls, config.duration)
    if lacking := [name for name in config.strategies if not offers(name)]:
        there = ", ".join(name for name in registry.names(STRATEGIES) if offers(name))
        raise registry.Unknown(f"{lacking[0]} has no open loop; these have: {there}")
    return replace(
        plan,
        strategies=tuple(name for name in plan.strategies if offers(name)),
        # Places, not a width: what matters of them is that there are enough.
        concurrency=config.concurrency or (max(plan.concurrency),),
        waves=0,
        calls=calls,
    )


def offers(strategy: str) -> bool:
    """Whether *strategy* can start a single call when it is due, as an open loop wants it. Raises `Unknown`."""
    return hasattr(registry.load(STRATEGIES, strategy), "offer")


def plans(config: RunConfig, scenario: str) -> tuple[Plan, ...]:
    """
    Return the parts of *scenario* as *config* wants them.

    Raises `Unknown` for an unknown name, for a package that the scenario needs and that is not installed, and
    for variants that the scenario does not have.
    """
    module = registry.load(SCENARIOS, scenario)
    return chosen(config, scenario, tuple(module.PLAN), getattr(module, "PACKAGES", {}))


def chosen(
    config: RunConfig, scenario: str, parts: tuple[Plan, ...], packages: Mapping[str, str]
) -> tuple[Plan, ...]:
    """Return the *parts* of a scenario that needs *packages* (name to extra) as *config* wants them."""
    for package, extra in packages.items():
        if find_spec(package) is None:
            raise registry.Unknown(f"{scenario} needs the package {package}: pip install 'overlap-bench[{extra}]'")
    plans = tuple(settled(config, plan) for plan in varied(scenario, parts, config.variants))
    if not config.arrivals:
        return plans
    # Parts that differ in concurrency alone would be the same open loop several times.
    places = (max(max(plan.concurrency) for plan in plans),)
    return tuple(replace(plan, concurrency=config.concurrency or places) for plan in plans)


def varied(scenario: str, parts: tuple[Plan, ...], wanted: tuple[str, ...]) -> tuple[Plan, ...]:
    """
    Return the *parts* that have any of the *wanted* variants, with those alone; all of them if none is wanted.

    A scenario in one part may take variants that its plan does not list, such as a size: its application
    refuses what it does not know. Raises `Unknown` where nothing is left.
    """
    if not wanted:
        return parts
    if len(parts) == 1 and parts[0].variants != ("",):
        return (replace(parts[0], variants=wanted),)
    kept = [(plan, tuple(name for name in plan.variants if name in wanted)) for plan in parts]
    there = [name for plan in parts for name in plan.variants if name]
    if unknown := [name for name in wanted if name not in there]:
        has = f"there are: {', '.join(there)}" if there else "it has none"
        raise registry.Unknown(f"no variant {unknown[0]!r} of {scenario}; {has}")
    return tuple(replace(plan, variants=names) for plan, names in kept if names)


Methods = Mapping[tuple[str, str], Collection[str]]


def expand(scenario: str, plan: Plan, methods: Methods, default_rounds: int) -> Iterator[Planned]:
    """
    Yield the cells of one part of a scenario.

    *methods* has the methods of the application by client and variant. A strategy asked for by name that no
    application has a method for raises `Unknown`; among "all that apply" it is left out.
    """
    for client, variant in product(plan.clients, plan.variants):
        for strategy in plan.strategies or registry.names(STRATEGIES):
            module = registry.load(STRATEGIES, strategy)
            if module.NEEDS not in methods[client, variant]:
                if plan.strategies and len(plan.clients) == len(plan.variants) == 1:
                    raise registry.Unknown(
                        f"{scenario} on {client} has no {module.NEEDS!r}, which {strategy} needs"
                    )
                continue
            if plan.arrivals and not hasattr(module, "offer"):
                continue
            sequential = getattr(module, "SEQUENTIAL", False) and not plan.arrivals
            for concurrency, loop in product(plan.concurrency, plan.loops):
                if sequential and concurrency > plan.sequential_up_to:
                    continue
                arrivals = arrivals_spec.read(plan.arrivals).short if plan.arrivals else ""
                cell = Cell(scenario, client, strategy, loop, concurrency, plan.profile, variant, arrivals)
                rounds = plan.rounds or default_rounds
                calls, more = plan.made(concurrency), (plan.server, plan.subject, plan.arrivals)
                yield Planned(cell, calls, rounds, plan.tokens, *more)
