"""Embeddings and passages of a retrieval chain, LangChain's store, and a retriever with a blocking half only."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda, RunnablePassthrough
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_openai import OpenAIEmbeddings
from pydantic import SecretStr

from overlap.harness.clients._transport import blocking, on_httpx2
from overlap.harness.model.endpoint import Endpoint

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

    async def joined(nearest: list[Document]) -> str:
        return "\n".join(each.page_content for each in nearest)

    prompt = ChatPromptTemplate.from_template("Known:\n{passages}\n\nQuestion: {question}")
    beside = {"passages": retriever | RunnableLambda(joined), "question": RunnablePassthrough()}
    chain: Runnable[Any, Any] = beside | prompt | llm | StrOutputParser()
    return chain
