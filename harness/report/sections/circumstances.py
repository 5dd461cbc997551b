"""Under which circumstances was this measured."""

from collections.abc import Iterator, Mapping

from overlap.harness.report.section import Datum, Section, Table, TableColumn
from overlap.harness.stats.cells import Summary
from overlap.harness.store.entries import as_json

ORDER = 120
# What a reader asks first, in this order, where the run names it.
FIRST = ("python", "cpu", "cores", "os", "langchain-core", "langchain-openai", "openai", "uvloop")

SLOW = (
    " This Python was built without optimization (--enable-optimizations): whatever the client computes takes "
    "longer than by the Python of most systems and images."
)


def section(summary: Summary) -> Section | None:
    """Return the environment and the configuration as run.json has them; None where it has neither."""
    about = summary.run.about
    environment = as_json(about.environment) if about.environment else {}
    stated = {name: value for name, value in environment.items() if value is not None}
    parts = {"environment": stated, "config": about.config or {}}
    rows = [(part, name, value) for part, facts in parts.items() for name, value in _flat(facts)]
    if not rows:
        return None
    table = Table(
        (TableColumn("what"), TableColumn("name"), TableColumn("value")),
        tuple((Datum(part, sort=part), Datum(name, sort=name), Datum(value)) for part, name, value in rows),
    )
    return Section("Circumstances", _lead({name: value for _, name, value in rows}), table)


def _flat(facts: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _lead(facts: dict[str, str]) -> str:
    last = {name.rpartition(".")[2].lower().replace("_", "-"): value for name, value in facts.items()}
    stated = [f"{name} {last[name]}" for name in FIRST if last.get(name) not in (None, "", "None")]
    lead = f"Measured with {', '.join(stated)}." if stated else "The run names the circumstances below."
    return lead + SLOW if last.get("optimized") == "False" else lead
