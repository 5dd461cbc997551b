"""What does the vector store's interface cost a retrieval chain: native async, or a thread a question?"""

from functools import partial
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Plan
from overlap.harness.stats.cells import Summary
from overlap.scenarios._cells import counted, in_each, ratio, variants, versus, without_interval
from overlap.scenarios._langchain import forget, model
from overlap.scenarios._questions import questions as prompts

__all__ = ["PACKAGES", "PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "retrieval"
PACKAGES = {"qdrant_client": "retrieval"}
QDRANT, MEMORY, THREAD = "Qdrant, AsyncQdrantClient", "InMemoryVectorStore", "a retriever without an async half"

# Two requests a call, 200 ms each: the question's embedding, then the answer.
PLAN = (
    Plan(
        strategies=("gather_bounded",),
        clients=("langchain",),
        concurrency=(16,),
        rounds=3,
        profile="steady,ttft=0.2,itl=0",
        variants=(QDRANT, MEMORY, THREAD),
    ),
)


class Retrieval:
    """The chain, and the embeddings' own HTTP clients to be closed."""

    def __init__(self, chain: Any, embedder: Any) -> None:
        self.ainvoke, self.astream, self.abatch = chain.ainvoke, chain.astream, chain.abatch
        self.aclose = embedder.aclose


def build(client: Any, endpoint: Endpoint, variant: str) -> Retrieval:
    """Build the chain upon one store; the requests that fill the store belong to no call."""
    from overlap.scenarios import _qdrant, _stores

    retriever: Any
    embedder = _stores.Embedder(endpoint)
    embeddings = embedder.embeddings
    if variant == QDRANT:
        retriever = _qdrant.Qdrant(
            embeddings=embeddings, texts=_stores.PASSAGES, vectors=embeddings.embed_documents(_stores.PASSAGES)
        )
    elif variant == MEMORY:
        retriever = _stores.in_memory(embeddings).as_retriever(search_kwargs={"k": _stores.NEAREST})
    else:
        retriever = _stores.Blocking(store=_stores.in_memory(embeddings))
    forget(endpoint)
    return Retrieval(_stores.answering(retriever, model(client)), embedder)


VARIANTS = {name: partial(build, variant=name) for name in (QDRANT, MEMORY, THREAD)}


def answer(summary: Summary) -> str | None:
    """Say what the calls took by each store, how far they overlapped, and how long the loop was held up."""
    return in_each(summary, SCENARIO, _answer, "variant")


def _answer(summary: Summary) -> str | None:
    by_variant = variants(summary, scenario=SCENARIO)
    factor = ratio(summary, by_variant.get(THREAD), by_variant.get(MEMORY), "makespan")
    if not factor:
        return None
    sentences = [
        f"{name} {without_interval(cell, 'makespan')}, {counted(cell, 'peak', 'request')} at once, "
        f"loop held up for {without_interval(cell, 'loop_lag.max')}"
        for name, cell in by_variant.items()
    ]
    asked = by_variant[THREAD].cell.concurrency
    slower = versus(
        factor, "A thread a question takes {} as long as native async", "A thread a question and native async"
    )
    return f"{slower}. {asked} questions at once: {'; '.join(sentences)}."


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
