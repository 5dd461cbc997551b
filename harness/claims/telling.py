"""The report of a ledger: counts on top, then the claims by seed and theme, each with what was measured."""

from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from overlap.harness import registry
from overlap.harness.claims.catalogue import FOLDER
from overlap.harness.claims.facts import read
from overlap.harness.claims.ledger import ClaimFinding, ClaimsLedger
from overlap.harness.claims.tables import FAILED, counted, ids, of_words, why, word
from overlap.harness.claims.verdict import NOT_JUDGED, WORDS
from overlap.harness.report import pages
from overlap.harness.report.figures import count
from overlap.harness.report.section import Chart, Datum, Report, Section, Table, TableColumn
from overlap.harness.store.typed import Misfit

if TYPE_CHECKING:
    from rich.console import Console

MAIN = ("langchain-core", "langchain-openai", "openai")
TITLE = "What tutorials claim about LangChain's async execution"


def compose(ledger: ClaimsLedger, *, full: bool = True) -> Report:
    """Put the report together, without drawings; without *full* its tables have what fits a terminal."""
    sections = (_counts(ledger), *_attention(ledger), *_by_seed(ledger.findings, full=full))
    return Report(TITLE, _facts(ledger), sections, {})


def write(folder: Path, ledger: ClaimsLedger) -> None:
    """Write the ledger's report in every default format into *folder*, with its charts."""
    pages.write(compose(ledger), folder)


def tell(ledger: ClaimsLedger, console: "Console") -> None:
    """Show *ledger* on a terminal."""
    pages.show(compose(ledger, full=False), console)


def _facts(ledger: ClaimsLedger) -> tuple[str, ...]:
    packages: dict[str, str] = ledger.environment["packages"]
    versions = [f"{name} {packages[name]}" for name in MAIN if name in packages]
    state = "" if ledger.state == "finished" else f"{ledger.state}: what was measured until then"
    return tuple(filter(None, (ledger.time, state, *versions, f"Python {ledger.environment['python']}")))


def _counts(ledger: ClaimsLedger) -> Section:
    on_file = sum(1 for each in ledger.findings if each.recorded)
    held = f"{count(len(ledger.changed), 'verdict')} changed" if ledger.changed else "no verdict changed"
    against = f"; against the {on_file} on file, {held}" if on_file else ""
    lead = f"{count(len(ledger.findings), 'claim')}: {counted(ledger.findings)}{against}."
    by_word = {each: [one for one in ledger.findings if word(one) == each] for each in (*WORDS, FAILED)}
    rows = [(each, ", ".join(one.id for one in members)) for each, members in by_word.items() if members]
    return Section("Verdicts", lead, of_words(("verdict", "claims"), rows), glance="whole")


def _attention(ledger: ClaimsLedger) -> Iterator[Section]:
    """Yield what needs attention first: changed verdicts, failed experiments, claims that could not be judged."""
    if changed := ledger.changed:
        table = of_words(
            ("claim", "on file", "now", "measured"),
            [(each.id, each.recorded, each.verdict, each.evidence) for each in changed],
        )
        lead = f"{count(len(changed), 'verdict')} not as on file: {ids(changed)}."
        yield Section("Changed", lead, table, glance="whole")
    if failed := ledger.failed:
        table = of_words(("claim", "file", "error"), [(each.id, each.name, each.error) for each in failed])
        yield Section(
            "Failed", f"{count(len(failed), 'experiment')} failed: {ids(failed)}.", table, glance="whole"
        )
    if unjudged := [each for each in ledger.findings if each.verdict == NOT_JUDGED]:
        table = of_words(("claim", "claimed", "why"), [(each.id, each.words, each.evidence) for each in unjudged])
        lead = f"{count(len(unjudged), 'claim')} could not be judged: {ids(unjudged)}."
        yield Section("Not judged", lead, table, glance="whole")


def _by_seed(findings: Sequence[ClaimFinding], *, full: bool) -> Iterator[Section]:
    """Give every claim to the first of its seeds, and within it to its theme."""
    folder: Any = import_module(FOLDER)
    for seed, title in folder.SEEDS.items():
        if own := [each for each in findings if each.seeds[0] == seed]:
            parts = tuple(part for theme in folder.THEMES if (part := _theme(theme, own, full=full)))
            lead = f"{count(len(own), 'claim')}: {counted(own)}."
            yield Section(f"{seed}: {title}", lead, parts=parts, glance="whole")


def _theme(theme: str, findings: Sequence[ClaimFinding], *, full: bool) -> Section | None:
    own = [each for each in findings if each.theme == theme]
    if not own:
        return None
    lead = f"{'; '.join(f'{each.id} {word(each)}' for each in own)}."
    charts = tuple(chart for each in own for chart in _charts(each)) if full else ()
    return Section(
        theme[0].upper() + theme[1:], lead, _wide(own) if full else _narrow(own), charts, glance="whole"
    )


def _narrow(findings: Sequence[ClaimFinding]) -> Table:
    rows = [(each.id, word(each), each.words, why(each)) for each in findings]
    return of_words(("claim", "verdict", "claimed", "measured"), rows)


def _wide(findings: Sequence[ClaimFinding]) -> Table:
    heads = (
        TableColumn("claim", hint="its number, and the tutorials that claim it"),
        TableColumn("verdict"),
        TableColumn("claimed", hint="in our words"),
        TableColumn("measured"),
        TableColumn(
            "decided by", hint="the functions whose source decides it, and the version it was measured on"
        ),
    )
    return of_words(heads, map(_row, findings))


def _row(finding: ClaimFinding) -> Sequence[str | Datum]:
    before = f"on file: {finding.recorded}" if finding.changed else ""
    reading = ", ".join(name.replace(":", ".") for name in finding.reading)
    return (
        Datum(finding.id, ", ".join(finding.seeds), int(finding.id[1:])),
        Datum(word(finding), before, word(finding)),
        finding.words,
        why(finding),
        Datum(reading, finding.version, reading),
    )


def _charts(finding: ClaimFinding) -> tuple[Chart, ...]:
    """Draw what a claim's file draws of its facts; a ledger may be older than the file, or the other way round."""
    if finding.verdict in {None, NOT_JUDGED} or finding.name not in registry.names(FOLDER):
        return ()
    module = registry.load(FOLDER, finding.name)
    if not hasattr(module, "charts"):
        return ()
    try:
        drawn: tuple[Chart, ...] = module.charts(read(module, finding.facts))
    except (Misfit, KeyError):
        return ()
    return drawn
