"""A retriever on Qdrant's embedded store, by its asynchronous client; needs the extra `retrieval`."""

import asyncio

from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_openai import OpenAIEmbeddings
from pydantic import PrivateAttr
from qdrant_client import AsyncQdrantClient, models


class Qdrant(BaseRetriever):
    """Qdrant in this process, asked by its asynchronous client; the collection is filled by the first question."""

    embeddings: OpenAIEmbeddings
    texts: list[str]
    vectors: list[list[float]]
    nearest: int = 3
    _client: AsyncQdrantClient | None = PrivateAttr(default=None)
    _filling: asyncio.Lock = PrivateAttr(default_factory=asyncio.Lock)

    async def _filled(self) -> AsyncQdrantClient:
        async with self._filling:
            if self._client is None:
                client = AsyncQdrantClient(":memory:")
                size = models.VectorParams(size=len(self.vectors[0]), distance=models.Distance.COSINE)
                await client.create_collection("passages", vectors_config=size)
                points = [
                    models.PointStruct(id=number, vector=vector, payload={"text": text})
                    for number, (vector, text) in enumerate(zip(self.vectors, self.texts, strict=True))
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
        hits = await client.query_points("passages", query=vector, limit=self.nearest)
        return [Document(point.payload["text"]) for point in hits.points if point.payload]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        raise NotImplementedError
