"""Components as a user writes them, with nothing but what their base class demands, all of it synchronous."""

# ruff: noqa: ARG002, ARG003  the signatures are the base classes'

import time


def made():
    """Make one of each kind: (kind, the async method's name, a coroutine function that calls it)."""
    return [*_asked(), *_stored()]


def model(seconds=0.0, together=None):
    """Make a chat model that has neither `_agenerate` nor `_astream`; it streams ten chunks."""
    from contextlib import nullcontext

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage, AIMessageChunk
    from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

    class Own(BaseChatModel):
        """Answers "a" after a while."""

        @property
        def _llm_type(self):
            return "own"

        def _generate(self, messages, stop=None, run_manager=None, **_):
            with together or nullcontext():
                time.sleep(seconds)
            return ChatResult(generations=[ChatGeneration(message=AIMessage("a"))])

        def _stream(self, messages, stop=None, run_manager=None, **_):
            for _ in range(10):
                yield ChatGenerationChunk(message=AIMessageChunk("a"))

    return Own()


def transformer():
    """Make a document transformer."""
    from langchain_core.documents import BaseDocumentTransformer

    class Own(BaseDocumentTransformer):
        """Turns the order round."""

        def transform_documents(self, documents, **_):
            return list(reversed(documents))

    return Own()


def _asked():
    from langchain_core.embeddings import Embeddings
    from langchain_core.output_parsers import StrOutputParser
    from langchain_core.prompts import PromptTemplate
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.tools import StructuredTool

    class Retriever(BaseRetriever):
        """Finds nothing."""

        def _get_relevant_documents(self, query, *, run_manager):
            return []

    class Own(Embeddings):
        """Knows one vector."""

        def embed_documents(self, texts):
            return [[0.0]] * len(texts)

        def embed_query(self, text):
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


def _stored():
    from langchain_core.chat_history import BaseChatMessageHistory
    from langchain_core.vectorstores import VectorStore

    class Store(VectorStore):
        """Holds nothing."""

        def similarity_search(self, query, k=4, **_):
            return []

        @classmethod
        def from_texts(cls, texts, embedding, metadatas=None, **_):
            return cls()

    class History(BaseChatMessageHistory):
        """Remembers nothing."""

        messages = []  # noqa: RUF012  what the base class asks for

        def clear(self):
            """Forget it."""

    return [
        ("vector store", "asimilarity_search", lambda: Store().asimilarity_search("a")),
        ("chat history", "aget_messages", lambda: History().aget_messages()),
        ("document transformer", "atransform_documents", lambda: transformer().atransform_documents([])),
        ("chat model", "ainvoke", lambda: model().ainvoke("a")),
    ]
