"""Components as a user writes them, with nothing but what their base class demands, all of it synchronous."""

# ruff: noqa: ARG002, ARG003  the signatures are the base classes'

import time
from collections.abc import Iterator
from typing import Any


def made() -> Any:
    """Make one of each kind: (kind, the async method's name, a coroutine function that calls it)."""
    return [*_asked(), *_stored()]


def model(seconds: float = 0.0, together: Any = None) -> Any:
    """Make a chat model that has neither `_agenerate` nor `_astream`; it streams ten chunks."""
    from contextlib import nullcontext

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk
    from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

    class Own(BaseChatModel):
        """Answers "a" after a while."""

        @property
        def _llm_type(self) -> str:
            return "own"

        def _generate(self, messages: Any, stop: Any = None, run_manager: Any = None, **_: Any) -> Any:
            with together or nullcontext():
                time.sleep(seconds)
            return ChatResult(generations=[ChatGeneration(message=AIMessage("a"))])

        def _stream(self, messages: Any, stop: Any = None, run_manager: Any = None, **_: Any) -> Iterator[Any]:
            for _number in range(10):
                yield ChatGenerationChunk(message=AIMessageChunk(content="a"))

    return Own()


def transformer() -> Any:
    """Make a document transformer."""
    from langchain_core.documents import BaseDocumentTransformer

    class Own(BaseDocumentTransformer):
        """Turns the order round."""

        def transform_documents(self, documents: Any, **_: Any) -> Any:
            return list(reversed(documents))

    return Own()


def _asked() -> Any:
    from langchain_core.embeddings import Embeddings
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import PromptTemplate
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.tools import StructuredTool

    class Retriever(BaseRetriever):
        """Finds nothing."""

        def _get_relevant_documents(self, query: str, *, run_manager: Any) -> Any:
            return []

    class Own(Embeddings):
        """Knows one vector."""

        def embed_documents(self, texts: list[str]) -> Any:
            return [[0.0]] * len(texts)

        def embed_query(self, text: str) -> Any:
            return [0.0]

    def shout(text: str) -> str:
        """Return in capitals."""
        return text.upper()

    tool = StructuredTool.from_function(shout)
    return [
        ("prompt", "ainvoke", lambda: PromptTemplate.from_template("{q}").ainvoke({"q": "a"})),
        ("parser", "ainvoke", lambda: StrOutputParser().ainvoke("a")),
        ("retriever", "ainvoke", lambda: Retriever().ainvoke("a")),
        ("tool", "ainvoke", lambda: tool.ainvoke({"text": "a"})),
        ("embeddings", "aembed_query", lambda: Own().aembed_query("a")),
    ]


def _stored() -> Any:
    from langchain_core.chat_history import BaseChatMessageHistory
    from langchain_core.vectorstores import VectorStore

    class Store(VectorStore):
        """Holds nothing."""

        def similarity_search(self, query: str, k: Any = 4, **_: Any) -> Any:
            return []

        @classmethod
        def from_texts(cls, texts: list[str], embedding: Any, metadatas: Any = None, **_: Any) -> Any:
            return cls()

    class History(BaseChatMessageHistory):
        """Remembers nothing."""

        messages = []  # noqa: RUF012  what the base class asks for

        def clear(self) -> None:
            """Forget it."""

    return [
        ("vector store", "asimilarity_search", lambda: Store().asimilarity_search("a")),
        ("chat history", "aget_messages", lambda: History().aget_messages()),
        ("document transformer", "atransform_documents", lambda: transformer().atransform_documents([])),
        ("chat model", "ainvoke", lambda: model().ainvoke("a")),
    ]
