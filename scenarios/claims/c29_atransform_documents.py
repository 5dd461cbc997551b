"""atransform_documents is the async twin of transform_documents."""

from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.harness.report.figures import count
from overlap.scenarios.claims import _components
from overlap.scenarios.claims._outcomes import OK, awaited

SEEDS = ("S0",)
THEME = "names and components"
READING = ("langchain_core.documents.transformers:BaseDocumentTransformer.atransform_documents",)


@dataclass(frozen=True, slots=True)
class Facts:
    """How the call ended, its trips to a thread, and whether both methods gave the same."""

    came: str
    hops: int
    same: bool


async def measure(bench: Bench) -> Facts:
    """Call both methods of a transformer that has only the synchronous one."""
    from langchain_core.documents import Document

    own, documents = _components.transformer(), [Document("a"), Document("b")]
    before = bench.hops
    result = await awaited(own.atransform_documents(documents))
    hops = bench.hops - before
    same = result == OK and list(await own.atransform_documents(documents)) == own.transform_documents(documents)
    return Facts(came=result, hops=hops, same=same)


def judge(facts: Facts) -> ClaimVerdict:
    """False where it is missing, with a limit where it is the synchronous method in a thread."""
    result, hops, same = facts.came, facts.hops, facts.same
    evidence = (
        f"atransform_documents: {result}, {'the same' if same else 'another'} result, {count(hops, 'trip')} to a "
        f"thread"
    )
    if result != OK or not same:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if hops else HOLDS, evidence)
