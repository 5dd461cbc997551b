"""Most core components offer async methods, supported natively."""

from dataclasses import dataclass

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.scenarios.claims import _components
from overlap.scenarios.claims._outcomes import OK, awaited

SEEDS = ("S0", "S1")
THEME = "names and components"
READING = (
    "langchain_core.runnables.base:Runnable.ainvoke",
    "langchain_core.retrievers:BaseRetriever._aget_relevant_documents",
    "langchain_core.embeddings.embeddings:Embeddings.aembed_query",
    "langchain_core.vectorstores.base:VectorStore.asimilarity_search",
)


@dataclass(frozen=True, slots=True)
class Called:
    """An async method that was called: how that ended, and its trips to a thread."""

    method: str
    came: str
    hops: int


@dataclass(frozen=True, slots=True)
class Facts:
    """One call of each kind of component."""

    components: dict[str, Called]


async def measure(bench: Bench) -> Facts:
    """Call the async method of each kind of component, written with no more than it must have."""
    results = {}
    for kind, method, call in _components.made():
        before = bench.hops
        results[kind] = Called(method, await awaited(call()), bench.hops - before)
    return Facts(components=results)


def judge(facts: Facts) -> ClaimVerdict:
    """False where the methods are missing; with a limit where they are the synchronous ones in a thread."""
    components = facts.components
    lacking = [kind for kind, each in components.items() if each.came != OK]
    threaded = [kind for kind, each in components.items() if each.hops]
    evidence = (
        f"{len(components) - len(lacking)} of {len(components)} kinds have the async method; by default it is a "
        f"thread for {len(threaded)}: {', '.join(threaded) or 'none'}"
    )
    if len(lacking) > len(components) / 2:
        return ClaimVerdict(FALSE, evidence)
    return ClaimVerdict(LIMIT if threaded or lacking else HOLDS, evidence)
