"""Two ledgers side by side: what changed between two sets of versions."""

from overlap.harness.claims.ledger import ClaimFinding, ClaimsLedger
from overlap.harness.claims.tables import ids, of_words, why, word
from overlap.harness.report.figures import count, listed
from overlap.harness.report.section import Report, Section

Pairs = list[tuple[ClaimFinding, ClaimFinding]]


def compose(before: ClaimsLedger, after: ClaimsLedger) -> Report:
    """Put both side by side; claims that only one of them has are told of, and not compared."""
    pairs = paired(before, after)
    sections = [_versions(before, after), _differing(pairs), _all(pairs)]
    alone = {each.id for each in before.findings} ^ {each.id for each in after.findings}
    if alone:
        names = listed(sorted(alone, key=lambda id_: int(id_[1:])), 12)
        sections.append(Section("In one only", f"Only one ledger has {names}.", glance="lead"))
    return Report(f"{before.name} against {after.name}", (before.time, after.time), tuple(sections), {})


def paired(before: ClaimsLedger, after: ClaimsLedger) -> Pairs:
    """Return the findings of the claims that both have, in the order of the first."""
    later = {each.id: each for each in after.findings}
    return [(each, later[each.id]) for each in before.findings if each.id in later]


def differ(before: ClaimsLedger, after: ClaimsLedger) -> bool:
    """Return whether any claim that both have got another verdict."""
    return any(a.verdict != b.verdict for a, b in paired(before, after))


def _versions(before: ClaimsLedger, after: ClaimsLedger) -> Section:
    sides = [{"Python": each.environment["python"], **each.environment["packages"]} for each in (before, after)]
    names = [name for name in {**sides[0], **sides[1]} if sides[0].get(name) != sides[1].get(name)]
    if not names:
        return Section("Versions", "The versions are the same.", glance="lead")
    lead = f"{count(len(names), 'version')} differ: {listed(names, 12)}."
    rows = [(name, sides[0].get(name), sides[1].get(name)) for name in names]
    return Section("Versions", lead, of_words(("package", before.name, after.name), rows), glance="whole")


def _differing(pairs: Pairs) -> Section:
    other = [(a, b) for a, b in pairs if a.verdict != b.verdict]
    if not other:
        subject = "The one verdict is" if len(pairs) == 1 else f"All {count(len(pairs), 'verdict')} are"
        return Section("Verdicts", f"{subject} the same.", glance="lead")
    rows = [(a.id, a.words, f"{word(a)}: {why(a)}", f"{word(b)}: {why(b)}") for a, b in other]
    lead = f"{len(other)} of {count(len(pairs), 'verdict')} differ: {ids(a for a, _ in other)}."
    return Section("Verdicts", lead, of_words(("claim", "claimed", "before", "after"), rows), glance="whole")


def _all(pairs: Pairs) -> Section:
    rows = [(a.id, word(a), word(b), why(a), why(b)) for a, b in pairs]
    table = of_words(("claim", "before", "after", "measured before", "measured after"), rows)
    return Section("Side by side", f"{count(len(pairs), 'claim')} in both.", table, glance="whole")
