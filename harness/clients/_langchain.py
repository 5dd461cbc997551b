"""
LangChain runnables on HTTP clients of their own, with their own methods and nothing in between.

`ChatOpenAI` left to itself shares one cached HTTP client among all instances of a process, across event loops
(langchain-ai/langchain#35783), and sets no timeout (langchain-ai/langchain#35597). Here it is given both.
"""

from collections.abc import Callable
from typing import Any, ClassVar

import httpx2
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from overlap.harness.clients._transport import blocking
from overlap.harness.model.endpoint import Endpoint


class AsyncLangChain:
    """
    The asynchronous half of a runnable; its methods are the runnable's, so that they cost what they cost.

    `make` builds the runnable upon the model; without it, the model is the runnable. Both are there to build
    upon: `prompt | client.model | parser`. The model has a blocking half in any case, which is on httpx2.
    """

    METHODS: ClassVar[tuple[str, ...]] = ("ainvoke", "abatch", "abatch_as_completed", "astream")

    def __init__(
        self,
        endpoint: Endpoint,
        async_http: httpx2.AsyncClient,
        make: Callable[[ChatOpenAI], Runnable[Any, Any]] | None = None,
    ) -> None:
        self._http = blocking(endpoint)
        self._async_http = async_http
        self.model = _model(endpoint, self._http, async_http)
        self.runnable: Runnable[Any, Any] = make(self.model) if make else self.model
        for name in self.METHODS:
            setattr(self, name, getattr(self.runnable, name))

    async def aclose(self) -> None:
        """Close both HTTP clients and their connections."""
        self._http.close()
        await self._async_http.aclose()


class LangChain(AsyncLangChain):
    """Both halves of a runnable."""

    METHODS = (*AsyncLangChain.METHODS, "invoke", "batch", "batch_as_completed", "stream")

    def close(self) -> None:
        """Close the blocking half; the asynchronous half holds nothing until it is used."""
        self._http.close()


def _model(endpoint: Endpoint, http: httpx2.Client, async_http: httpx2.AsyncClient) -> ChatOpenAI:
    return ChatOpenAI(
        model=endpoint.model,
        base_url=endpoint.base_url,
        api_key=SecretStr(endpoint.api_key),
        timeout=endpoint.timeout,
        # Async streams have a second timeout, per chunk and 120 s by itself, on top of the HTTP client's.
        stream_chunk_timeout=endpoint.timeout,
        max_retries=endpoint.max_retries,
        max_completion_tokens=endpoint.max_tokens,
        stream_usage=endpoint.stream_usage,
        use_responses_api=False,
        cache=False,
        http_client=http,
        http_async_client=async_http,
    )


def chain(model: ChatOpenAI) -> Runnable[Any, Any]:
    """Return the chain that tutorials start with; its prompt has one variable, so it takes a plain string."""
    prompt = ChatPromptTemplate.from_messages(
        [("system", "You are a concise assistant."), ("human", "{question}")]
    )
    return prompt | model | StrOutputParser()
