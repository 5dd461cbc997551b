"""Vector stores for a retrieval chain: Qdrant's embedded one, LangChain's own, one with a blocking half only."""

import asyncio
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_openai import OpenAIEmbeddings
from pydantic import PrivateAttr, SecretStr
from qdrant_client import AsyncQdrantClient, models

from harness.clients._transport import blocking, on_httpx2
from harness.endpoint import Endpoint

NEAREST, DIMENSIONS = 3, 32
PASSAGES = [f"Note {number}: a wait of {number} ms overlaps with {number % 7} others." for number in range(500)]


class Embedder:
    """The provider's embeddings on HTTP clients of their own."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._http, self._async_http = blocking(endpoint), on_httpx2(endpoint)
        self.embeddings = OpenAIEmbeddings(
            model="mock-embedding",
            base_url=endpoint.base_url,
            api_key=SecretStr(endpoint.api_key),
            max_retries=0,
            timeout=endpoint.timeout,
            dimensions=DIMENSIONS,
            # Else it counts tokens with tiktoken, which downloads its encodings.
            check_embedding_ctx_length=False,
            http_client=self._http,
            http_async_client=self._async_http,
        )

    async def aclose(self) -> None:
        """Close both HTTP clients."""
        self._http.close()
        await self._async_http.aclose()


class Qdrant(BaseRetriever):
    """Qdrant in this process, asked by its asynchronous client; the collection is filled by the first question."""

    embeddings: OpenAIEmbeddings
    vectors: list[list[float]]
    _client: Any = PrivateAttr(default=None)
    _filling: asyncio.Lock = PrivateAttr(default_factory=asyncio.Lock)

    async def _filled(self) -> AsyncQdrantClient:
        async with self._filling:
            if self._client is None:
                client = AsyncQdrantClient(":memory:")
                size = models.VectorParams(size=DIMENSIONS, distance=models.Distance.COSINE)
                await client.create_collection("passages", vectors_config=size)
                points = [
                    models.PointStruct(id=number, vector=vector, payload={"text": text})
                    for number, (vector, text) in enumerate(zip(self.vectors, PASSAGES, strict=True))
                ]
                await client.upsert("passages", points)
                self._client = client
        return self._client

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        del run_manager
        client = await self._filled()
        vector = await self.embeddings.aembed_query(query)
        found = await client.query_points("passages", query=vector, limit=NEAREST)
        return [Document(point.payload["text"]) for point in found.points if point.payload]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        raise NotImplementedError


class Blocking(BaseRetriever):
    """A retriever as many are written: the blocking half alone, so that each asynchronous call takes a thread."""

    store: InMemoryVectorStore

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        del run_manager
        return self.store.similarity_search(query, k=NEAREST)


def in_memory(embeddings: OpenAIEmbeddings) -> InMemoryVectorStore:
    """Build LangChain's own store, filled."""
    store = InMemoryVectorStore(embeddings)
    store.add_texts(PASSAGES)
    return store


def answering(retriever: Any, llm: Any) -> Runnable[Any, Any]:
    """Build the chain: the nearest passages beside the question, then the prompt, the model and its text."""

    async def joined(found: list[Document]) -> str:
        return "\n".join(each.page_content for each in found)

    prompt = ChatPromptTemplate.from_template("Known:\n{passages}\n\nQuestion: {question}")
    beside = {"passages": retriever | RunnableLambda(joined), "question": RunnablePassthrough()}
    return beside | prompt | llm | StrOutputParser()
