"""LangChain's clients: chat, completions and embeddings, as chains use them."""

import asyncio
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAI, OpenAIEmbeddings
from pydantic import BaseModel, Field, SecretStr

from overlap.mock_server.conformance import sdk
from overlap.mock_server.conformance.expect import same, true

_KEY = SecretStr(sdk.KEY)


class _City(BaseModel):
    """A city."""

    name: str = Field(min_length=1)
    people: int = Field(ge=0)


@tool
def _get_weather(city: str) -> str:
    """Return the weather in a city."""
    return f"sunny in {city}"


def _chat(url: str, **more: Any) -> ChatOpenAI:
    return ChatOpenAI(base_url=url, api_key=_KEY, model="mock-model", max_retries=0, **more)


def invoked(url: str) -> None:
    """`invoke` answers with text, usage and the reason."""
    response = _chat(url).invoke("Hi.")
    true("there is text", response.content)
    same("reason", response.response_metadata["finish_reason"], "stop")
    usage = response.usage_metadata
    same("total", usage and usage["total_tokens"], usage and usage["input_tokens"] + usage["output_tokens"])


def streamed(url: str) -> None:
    """`stream` returns the text of `invoke`, and the usage if that is asked for."""
    chunks = list(_chat(url, stream_usage=True).stream("Hi."))
    same("text", "".join(str(chunk.content) for chunk in chunks), _chat(url).invoke("Hi.").content)
    true("a chunk has usage", any(chunk.usage_metadata for chunk in chunks))


def batched(url: str) -> None:
    """`batch`, `abatch` and `astream` answer each."""
    same("batch", len(_chat(url).batch(["a", "b", "c"])), 3)

    async def work() -> tuple[int, str]:
        # LangChain's own client is kept for the whole process, and its connections outlive this loop.
        async with sdk.async_http() as http:
            chat = _chat(url, http_async_client=http)
            many = await chat.abatch(["a", "b", "c"])
            return len(many), "".join([str(chunk.content) async for chunk in chat.astream("Hi.")])

    count, text = asyncio.run(work())
    same("abatch", count, 3)
    true("astream has text", text)


def tools(url: str) -> None:
    """A loop of bound tools ends."""
    for more in ({}, {"use_responses_api": True}):
        chat = _chat(url, **more).bind_tools([_get_weather])
        talk: list[Any] = [HumanMessage("Weather?")]
        for _ in range(3):
            response = chat.invoke(talk)
            talk.append(response)
            calls = response.tool_calls if isinstance(response, AIMessage) else []
            talk += [ToolMessage(_get_weather.invoke(call["args"]), tool_call_id=call["id"]) for call in calls]
            if not calls:
                break
        same("turns", len(talk), 4)


def structured(url: str) -> None:
    """`with_structured_output` gets an instance, by schema and by function."""
    for method in ("json_schema", "function_calling"):
        city = _chat(url).with_structured_output(_City, method=method).invoke("A city.")
        true(f"by {method} it is a city", isinstance(city, _City))


def responses(url: str) -> None:
    """The same client over Responses says the same text, streamed too."""
    chat = _chat(url, use_responses_api=True)
    same("text", chat.invoke("Hi.").text, _chat(url).invoke("Hi.").text)
    same("streamed", "".join(chunk.text for chunk in chat.stream("Hi.")), chat.invoke("Hi.").text)


def completions(url: str) -> None:
    """The old completions client answers a list of prompts in one request, and streams."""
    client = OpenAI(base_url=url, api_key=_KEY, model="gpt-3.5-turbo-instruct", max_tokens=4, max_retries=0)
    response = client.generate(["a", "b"])
    same("answers", len(response.generations), 2)
    same("text", "".join(client.stream("a")), response.generations[0][0].text)


def embeddings(url: str) -> None:
    """`OpenAIEmbeddings` gets a vector for each document, the query's own among them."""
    client = OpenAIEmbeddings(
        base_url=url, api_key=_KEY, model="text-embedding-3-small", check_embedding_ctx_length=False, dimensions=64
    )
    documents = client.embed_documents(["one", "two"])
    same("lengths", [len(vector) for vector in documents], [64, 64])
    true("the query is found", client.embed_query("two") == documents[1])
