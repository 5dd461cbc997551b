"""Retrieval: the question's nearest passages from a vector store, then an answer that is told them."""

from typing import Any

import httpx2
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import SecretStr

from harness.clients._http import settings
from harness.endpoint import Endpoint

NEAREST = 3
_ABOUT = ("event loops", "threads", "queues", "timeouts", "retries", "tokens", "streams", "caches")
_SAID = ("{} are cheap to make.", "Nobody has enough {}.", "{} fail in the end.", "Count your {} first.")


class Retrieval:
    """`ainvoke` embeds a question, finds the passages nearest to it, and answers with their help."""

    def __init__(self, store: InMemoryVectorStore, model: ChatOpenAI) -> None:
        self._store = store
        prompt = ChatPromptTemplate.from_template("Known:\n{passages}\n\nQuestion: {question}")
        self._chain: Runnable[Any, str] = prompt | model | StrOutputParser()

    async def ainvoke(self, question: str) -> str:
        """Answer *question*; two requests, one after the other: an embedding and a chat."""
        found: list[Document] = await self._store.asimilarity_search(question, k=NEAREST)
        passages = "\n".join(each.page_content for each in found)
        return await self._chain.ainvoke({"passages": passages, "question": question})


async def retrieval(endpoint: Endpoint, model: ChatOpenAI) -> Retrieval:
    """Build the store, embedding its passages by one request, and the chain upon it."""
    store = InMemoryVectorStore(_embeddings(endpoint))
    await store.aadd_texts([said.format(about.capitalize()) for about in _ABOUT for said in _SAID])
    return Retrieval(store, model)


def _embeddings(endpoint: Endpoint) -> OpenAIEmbeddings:
    return OpenAIEmbeddings(
        model="mock-embedding",
        base_url=endpoint.base_url,
        api_key=SecretStr(endpoint.api_key),
        timeout=endpoint.timeout,
        max_retries=endpoint.max_retries,
        # Else it counts tokens with tiktoken, which downloads its encodings.
        check_embedding_ctx_length=False,
        http_client=httpx2.Client(**settings(endpoint, httpx2)),
        http_async_client=httpx2.AsyncClient(**settings(endpoint, httpx2)),
    )
