"""Tables of words, for the reports on claims."""

from collections import Counter
from collections.abc import Iterable, Sequence

from overlap.harness.claims.ledger import ClaimFinding
from overlap.harness.claims.verdict import WORDS
from overlap.harness.report.figures import UNKNOWN, listed
from overlap.harness.report.section import Datum, Table, TableColumn

FAILED = "failed"


def of_words(heads: Sequence[TableColumn | str], rows: Iterable[Sequence[str | Datum | None]]) -> Table:
    """Make a table of *rows*; what is not known is an en dash."""
    columns = tuple(TableColumn(head) if isinstance(head, str) else head for head in heads)
    return Table(columns, tuple(tuple(map(_entry, row)) for row in rows))


def _entry(word: str | Datum | None) -> Datum:
    return word if isinstance(word, Datum) else Datum(word or UNKNOWN, sort=word)


def word(finding: ClaimFinding) -> str:
    """Return the verdict, or that there is none."""
    return finding.verdict or FAILED


def why(finding: ClaimFinding) -> str:
    """Return the evidence, or the error where there is none."""
    return finding.evidence or finding.error or ""


def counted(findings: Iterable[ClaimFinding]) -> str:
    """Count verdicts in words: "13 false and 21 holds"."""
    words = Counter(map(word, findings))
    return listed([f"{words[each]} {each}" for each in (*WORDS, FAILED) if words[each]], 9)


def ids(findings: Iterable[ClaimFinding]) -> str:
    """Name claims by their numbers."""
    return listed([each.id for each in findings], 12)
