"""ServiceRetrieval: the question's nearest passages from a vector store, then an answer that is told them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any

import httpx2
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import SecretStr

from overlap.harness.clients._http import settings
from overlap.harness.model.endpoint import Endpoint

NEAREST, DIMENSIONS = 3, 32
_ABOUT = ("event loops", "threads", "queues", "timeouts", "retries", "tokens", "streams", "caches")
_SAID = ("{} are cheap to make.", "Nobody has enough {}.", "{} fail in the end.", "Count your {} first.")
PASSAGES = [sentence.format(about.capitalize()) for about in _ABOUT for sentence in _SAID]


class ServiceRetrieval:
    """`ainvoke` embeds a question, finds the passages nearest to it, and answers with their help."""

    def __init__(self, retriever: BaseRetriever, model: ChatOpenAI) -> None:
        self._retriever = retriever
        prompt = ChatPromptTemplate.from_template("Known:\n{passages}\n\nQuestion: {question}")
        self._chain: Runnable[Any, str] = prompt | model | StrOutputParser()

    async def ainvoke(self, question: str) -> str:
        """Return *question*; two requests, one after the other: an embedding and a chat."""
        nearest: list[Document] = await self._retriever.ainvoke(question)
        passages = "\n".join(each.page_content for each in nearest)
        return await self._chain.ainvoke({"passages": passages, "question": question})


@asynccontextmanager
async def retrieval(endpoint: Endpoint, model: ChatOpenAI) -> AsyncIterator[ServiceRetrieval]:
    """
    Build the store, embedding its passages by one request, and the chain upon it; close its clients at the end.

    The store is Qdrant, embedded, asked by its asynchronous client, where the extra `retrieval` is installed; else
    the one in memory that comes with LangChain.
    """
    options = settings(endpoint, httpx2)
    with httpx2.Client(**options) as http:
        async with httpx2.AsyncClient(**options) as async_http:
            yield ServiceRetrieval(await _retriever(_embeddings(endpoint, http, async_http)), model)


async def _retriever(embeddings: OpenAIEmbeddings) -> BaseRetriever:
    if find_spec("qdrant_client"):
        from overlap.scenarios._qdrant import Qdrant

        return Qdrant(embeddings=embeddings, texts=PASSAGES, vectors=await embeddings.aembed_documents(PASSAGES))
    store = InMemoryVectorStore(embeddings)
    await store.aadd_texts(PASSAGES)
    return store.as_retriever(search_kwargs={"k": NEAREST})


def _embeddings(endpoint: Endpoint, http: httpx2.Client, async_http: httpx2.AsyncClient) -> OpenAIEmbeddings:
    return OpenAIEmbeddings(
        model="mock-embedding",
        base_url=endpoint.base_url,
        api_key=SecretStr(endpoint.api_key),
        timeout=endpoint.timeout,
        max_retries=endpoint.max_retries,
        dimensions=DIMENSIONS,
        # Else it counts tokens with tiktoken, which downloads its encodings.
        check_embedding_ctx_length=False,
        http_client=http,
        http_async_client=async_http,
    )
