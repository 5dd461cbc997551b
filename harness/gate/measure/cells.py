"""The cells of a gate run: each is one cell in either arm, which differ in what the arms set apart."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, product
from typing import Protocol

from overlap.harness import registry
from overlap.harness.model.plan import STRATEGIES, Plan, Planned, expand
from overlap.harness.model.record import Cell
from overlap.harness.text.mistakes import Mistake


class Settings(Protocol):
    """The settings of a side: None leaves the scenario's value."""

    @property
    def client(self) -> str | None:
        """The client layer."""

    @property
    def loop(self) -> str | None:
        """The event loop."""

    @property
    def strategy(self) -> str | None:
        """The strategy."""


@dataclass(frozen=True, slots=True)
class Twin:
    """One cell of the comparison, by its name, and what either arm measures for it."""

    name: str
    base: Planned
    candidate: Planned

    def side(self, arm: str) -> Planned:
        """Return what *arm*, "base" or "candidate", measures."""
        return self.base if arm == "base" else self.candidate

    def sized(self, calls: int) -> "Twin":
        """Return the same with so many calls a slot, in both arms."""
        return replace(self, base=replace(self.base, calls=calls), candidate=replace(self.candidate, calls=calls))


Ask = Callable[[str, Planned], Collection[str]]


def twins(parts: Sequence[tuple[str, Plan]], base: Settings, candidate: Settings, ask: Ask) -> list[Twin]:
    """
    Return the cells of *parts*; *ask*(arm, planned) names the methods that an application has in an arm.

    Only what applies in both arms can be compared. Raises `Mistake` if that is nothing.
    """
    by_name: dict[str, Twin] = {}
    for name, plan in parts:
        for planned in _expanded(name, _set(plan, base), "base", ask):
            other = replace(planned, cell=_changed(planned.cell, candidate))
            if _needs(other.cell.strategy) in ask("candidate", other):
                twin = Twin(_name(planned.cell, other.cell), planned, other)
                by_name[twin.name] = twin
    if not by_name:
        raise Mistake("nothing to measure: no strategy that was asked for applies in both arms")
    return list(by_name.values())


def _expanded(name: str, plan: Plan, arm: str, ask: Ask) -> Iterator[Planned]:
    methods = {}
    for client, variant in product(plan.clients, plan.variants):
        cell = Cell(name, client, "invoke", "asyncio", 1, plan.profile, variant)
        methods[client, variant] = ask(arm, Planned(cell, 1, 1, plan.tokens, plan.server, plan.subject))
    # A scenario names strategies for its own client; on that of an arm, some may not apply.
    there = set(chain.from_iterable(methods.values()))
    chosen = tuple(each for each in plan.strategies or registry.names(STRATEGIES) if _needs(each) in there)
    if not chosen:
        return iter(())
    return expand(name, replace(plan, strategies=chosen), methods, 1)


def _set(plan: Plan, arm: Settings) -> Plan:
    """Let *arm* decide what the cells are made of."""
    return replace(
        plan,
        clients=(arm.client,) if arm.client else plan.clients,
        loops=(arm.loop,) if arm.loop else plan.loops,
        strategies=(arm.strategy,) if arm.strategy else plan.strategies,
    )


def _changed(cell: Cell, arm: Settings) -> Cell:
    return replace(
        cell,
        client=arm.client or cell.client,
        loop=arm.loop or cell.loop,
        strategy=arm.strategy or cell.strategy,
    )


def _name(base: Cell, candidate: Cell) -> str:
    """Name what both have in common; a star stands for what sets them apart."""
    same = replace(
        base,
        client=base.client if base.client == candidate.client else "*",
        loop=base.loop if base.loop == candidate.loop else "*",
        strategy=base.strategy if base.strategy == candidate.strategy else "*",
    )
    return same.id


def _needs(strategy: str) -> str:
    method: str = registry.load(STRATEGIES, strategy).NEEDS
    return method
