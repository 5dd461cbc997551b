"""Who may import whom: the two sides of the wire, the two sides of the harness, and down, never up."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("harness", "mock_server", "scenarios")

TOP = {"cli", "commands", "notebook", "pytest_plugin", "locust_user", "load", "claims"}
TOP |= {"arms", "trial", "diagnose", "proof"}
JUDGING = {"report", "gate", "stats"}
BOTTOM = {"record", "slo", "shares", "metrics", "store", "config", "registry", "endpoint"}
BOTTOM |= {
    "numerals",
    "spans",
    "about",
    "audit",
    "balance",
    "calm",
    "deltas",
    "environment",
    "facts",
    "interpreter",
    "interrupt",
    "lastwords",
    "choices",
    "masking",
    "reading",
    "owned",
    "plausible",
    "seal",
    "slo_verdict",
    "sse",
    "wilson",
}
# Every other part of the harness measures; of those, these stand below the ones that run and join.
BORROWED = {"probe", "chunks", "events", "deltas", "sse", "loops", "server", "heartbeat"}
PLAYERS = {"strategies", "clients", "arrivals"}


def imported(file: Path) -> Iterator[str]:
    """Yield the full name of whatever *file* imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module(file: Path) -> str:
    """Answer the dotted name of *file*."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def arrows() -> set[tuple[str, str]]:
    """Answer who imports whom among our modules; read once, by the test process that needs it."""
    files = {module(file): file for package in OURS for file in (ROOT / package).rglob("*.py")}
    return {
        (name, target if target in files else target.rpartition(".")[0])
        for name, file in files.items()
        for target in imported(file)
        if target.split(".")[0] in OURS
    }


def part(name: str) -> str:
    """Answer the part of the harness that a module belongs to: `report`, for `overlap.harness.report.build`."""
    return name.split(".")[1] if "." in name else ""


def inside() -> set[tuple[str, str]]:
    """Answer the arrows between parts of the harness."""
    return {
        (part(a), part(b))
        for a, b in arrows()
        if part(a) != part(b) and a.startswith("harness.") and b.startswith("harness.")
    }


def wrong(sources: set[str], allowed: set[str]) -> set[tuple[str, str]]:
    """Answer the arrows inside the harness that lead from *sources* to parts that are not *allowed*."""
    return {(a, b) for a, b in inside() if a in sources and b not in allowed}


def test_the_arrows_are_really_read():
    """Some that everybody knows are found, or the tests below would hold of nothing."""
    assert {("strategies", "probe"), ("store", "record"), ("report", "stats")} <= inside()
    assert ("overlap.harness.clients.chain", "overlap.harness.clients._langchain") in arrows()
    for package in OURS:
        assert any(a.startswith(f"{package}.") for a, _ in arrows())


@pytest.mark.parametrize(
    ("package", "allowed"),
    [("mock_server", {"mock_server"}), ("harness", {"harness"}), ("scenarios", {"harness", "scenarios"})],
)
def test_the_sides_of_the_wire_know_nothing_of_each_other(package, allowed):
    """Harness and mock server meet on the wire only; scenarios are built upon the harness alone."""
    reached = {(a, b) for a, b in arrows() if a.split(".")[0] == package}
    assert {(a, b) for a, b in reached if b.split(".")[0] not in allowed} == set()


def test_the_bottom_imports_nothing_above_it():
    """Records, files and tables know neither how calls are measured nor how they are judged."""
    assert wrong(BOTTOM, BOTTOM) == set()


def test_judging_never_imports_measuring():
    """A report can be made from an old file, by a program that could not measure anything."""
    assert wrong(JUDGING, JUDGING | BOTTOM) == set()
    assert wrong({"stats"}, {"stats"} | BOTTOM) == set()


def test_measuring_never_imports_judging_and_nobody_imports_the_top():
    """What is measured cannot depend on what would look good."""
    parts = {name for arrow in inside() for name in arrow}
    measuring = parts - TOP - JUDGING - BOTTOM
    assert wrong(measuring, measuring | BOTTOM) == set()


def test_strategies_and_clients_stand_upon_the_probe_and_the_endpoint():
    """They are used by what runs them and know nothing of it, so that they can be used anywhere."""
    assert wrong(PLAYERS, BORROWED | BOTTOM) == set()
    assert wrong(BORROWED, BORROWED | BOTTOM) == set()


def test_imports_go_in_no_circle():
    """There is an order in which every file stands upon those before it."""
    graph = TopologicalSorter()
    for a, b in arrows():
        graph.add(a, b)
    graph.prepare()
