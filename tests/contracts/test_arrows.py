"""Who may import whom: the two sides of the wire, the two sides of the harness, and down, never up."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIDES = ("harness", "mock_server", "scenarios")

# The rooms of the harness, from the ground up: each imports only from floors below its own.
FLOORS = (
    {"text"},
    {"host"},
    {"registry"},
    {"model"},
    {"streams", "store"},
    {"probe"},
    {"application", "arrivals", "clients", "mock", "strategies"},
    {"remote"},
    {"worker"},
    {"bench"},
    {"stats"},
    {"report"},
    {"gate"},
    {"terminal", "notebook", "recording"},
    {"gate.arms"},
    {"load", "gate.measure", "diagnose", "claims", "pytest_plugin"},
    {"proof", "commands"},
    {"cli"},
)
# A report can be made from an old file, by a program that could not measure anything.
JUDGING = {"stats", "report", "gate"}
MEASURING = {"probe", "application", "arrivals", "clients", "mock", "remote", "strategies", "worker", "bench"}
WITHIN_GATE = {"arms", "measure"}  # rooms of their own: they measure, and the rest of `gate` judges


def imported(file: Path) -> Iterator[str]:
    """Yield the full name of whatever *file* imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module(file: Path) -> str:
    """Return the dotted name of *file*."""
    return "overlap." + ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def arrows() -> set[tuple[str, str]]:
    """Return who imports whom among our modules; read once, by the test process that needs it."""
    files = {module(file): file for side in SIDES for file in (ROOT / side).rglob("*.py")}
    return {
        (name, target if target in files else target.rpartition(".")[0])
        for name, file in files.items()
        for target in imported(file)
        if target.startswith("overlap.")
    }


def side(name: str) -> str:
    """Return `harness`, `mock_server` or `scenarios`; "" for the package itself."""
    return name.split(".")[1] if "." in name else ""


def room(name: str) -> str:
    """Return the room of the harness that a module belongs to: `report`, for `overlap.harness.report.build`."""
    parts = name.split(".")[2:]
    return ".".join(parts[:2]) if parts[:1] == ["gate"] and parts[1:2] and parts[1] in WITHIN_GATE else parts[0]


def inside() -> set[tuple[str, str]]:
    """Return the arrows between rooms of the harness."""
    both = {(a, b) for a, b in arrows() if side(a) == side(b) == "harness" and a.count(".") > 1 < b.count(".")}
    return {(room(a), room(b)) for a, b in both if room(a) != room(b)}


def test_the_arrows_are_really_read():
    """Some that everybody knows are found, or the tests below would hold of nothing."""
    assert {("strategies", "probe"), ("store", "model"), ("report", "stats"), ("gate.arms", "host")} <= inside()
    assert ("overlap.harness.clients.chain", "overlap.harness.clients._langchain") in arrows()
    assert {side(a) for a, _ in arrows()} == {*SIDES}


@pytest.mark.parametrize(
    ("one", "allowed"),
    [("mock_server", {"mock_server"}), ("harness", {"harness"}), ("scenarios", {"harness", "scenarios"})],
)
def test_the_sides_of_the_wire_know_nothing_of_each_other(one, allowed):
    """Harness and mock server meet on the wire only; scenarios are built upon the harness alone."""
    reached = {(a, b) for a, b in arrows() if side(a) == one}
    assert {(a, b) for a, b in reached if side(b) not in {*allowed, ""}} == set()


def test_every_room_has_a_floor_and_imports_only_from_below():
    """Otherwise nobody could say where a thing belongs."""
    floor = {name: level for level, names in enumerate(FLOORS) for name in names}
    assert {name for arrow in inside() for name in arrow} <= {*floor}
    assert {(a, b) for a, b in inside() if floor[b] >= floor[a]} == set()


def test_judging_never_imports_measuring_nor_the_other_way_round():
    """What is measured cannot depend on what would look good, and what is judged needs nothing but files."""
    assert {(a, b) for a, b in inside() if a in JUDGING and b in MEASURING} == set()
    assert {(a, b) for a, b in inside() if a in MEASURING and b in JUDGING} == set()


def test_imports_go_in_no_circle():
    """There is an order in which every file stands upon those before it, and every room upon others."""
    for each in (arrows(), inside()):
        graph = TopologicalSorter()
        for a, b in each:
            graph.add(a, b)
        graph.prepare()


def test_few_modules_stand_at_the_top_of_either_side():
    """A stranger sees rooms; what stands beside them are doors from outside."""
    top = [file.name for one in ("harness", "mock_server") for file in (ROOT / one).glob("[!_]*.py")]
    assert len(top) < 20, sorted(top)


# Folders whose files are entries of a registry: the folder is named, its entries list themselves.
REGISTRIES = {
    "strategies",
    "clients",
    "arrivals",
    "commands",
    "interventions",
    "checks",
    "formats",
    "exports",
    "sections",
}
REGISTRIES |= {"profiles", "lengths", "faults"}


def test_the_architecture_names_every_module():
    """A newcomer does not find what it leaves out; entries of a registry list themselves."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rooms = set(re.findall(r"[a-z_0-9]+", text[text.index("## The rooms") : text.index("## The arrows")]))
    files = [file for one in ("harness", "mock_server") for file in (ROOT / one).rglob("*.py")]
    entries = [file for file in files if file.parent.name in REGISTRIES]
    names = {file: file.parent.name if file.stem in {"__init__", "__main__"} else file.stem for file in files}
    unnamed = [
        file
        for file in files
        if file not in entries and not file.stem.startswith("_") and names[file] not in rooms
    ]
    assert [str(file.relative_to(ROOT)) for file in unnamed] == []
    assert {file.parent.name for file in entries} <= rooms
